/** Evaluation and prediction: forward passes over a data set, in parts where it is larger than a tensor may be. */
import { BatchSequence } from '../data/batches.ts';
import { type LabelledRows, type Rows, sliceRows } from '../data/rows.ts';
import { emptyStep } from '../kernels/kernel.ts';
import type { Loss } from '../model/losses.ts';
import { type Metric, needsCounts } from '../model/metrics.ts';
import type { DeviceTensor, Program, RunOptions } from '../plan/executor.ts';
import { type PlanSize, planEvaluation, planPrediction } from '../plan/forward.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepSource } from '../plan/steps.ts';
import type { Logs } from './callbacks.ts';
import {
  allocateCounts,
  allocateData,
  disposeAll,
  rowsThatFit,
  slotsFor,
  takeCounts,
  upload,
} from './dataset.ts';
import type { Session } from './session.ts';
import { confusionMatrix, Tally } from './tally.ts';

/** A plan over data that can be replaced: allocated and compiled once, run as often as wanted. */
class DataRunner {
  private constructor(
    private readonly program: Program,
    readonly tensors: ReadonlyMap<string, DeviceTensor>,
    private readonly batch: number,
  ) {}

  static async create(
    session: Session,
    size: PlanSize,
    tensors: ReadonlyMap<string, DeviceTensor>,
    plan: Plan,
  ): Promise<DataRunner> {
    try {
      return new DataRunner(await session.prepare(plan, tensors), tensors, size.batch);
    } catch (error) {
      disposeAll(tensors);
      throw error;
    }
  }

  async write(data: Record<string, Rows>): Promise<void> {
    for (const [name, rows] of Object.entries(data)) await upload(this.tensors.get(name), rows);
  }

  async run(count: number, options?: RunOptions): Promise<void> {
    await this.program.run(stepsInOrder(count, this.batch), options);
  }

  dispose(): void {
    this.program.dispose();
    disposeAll(this.tensors);
  }
}

/** One pass over so many rows, in order; `index` is the first step's. */
export function stepsInOrder(count: number, batch: number, index = 0): StepSource {
  const batches = new BatchSequence(count, batch);
  const step = { ...emptyStep(), index };
  return (table) => {
    if (step.index === index + batches.stepsPerEpoch) return false;
    step.rows = batches.next(table.rows, table.end);
    table.add(step);
    step.index++;
    return true;
  };
}

/** The rows that are on the device at a time. */
function partSize(session: Session, count: number, batchSize: number, ...widths: number[]): PlanSize {
  const samples = Math.min(count, rowsThatFit(session.executor, Math.max(...widths)));
  const batch = Math.min(batchSize, samples);
  return { batch, samples, slots: slotsFor(batch) };
}

/** Evaluates one set of data, again and again as the model learns. */
export class Evaluator {
  private constructor(
    private readonly runner: DataRunner,
    private readonly metrics: readonly Metric[],
    private readonly x: Rows,
    private readonly target: Rows,
    private readonly part: number,
  ) {}

  static async create(
    session: Session,
    { loss, metrics }: { loss: Loss; metrics: readonly Metric[] },
    { x, target }: LabelledRows,
    batchSize: number,
  ): Promise<Evaluator> {
    const { executor, network } = session;
    const size = partSize(session, x.count, batchSize, x.width, target.width);
    const tensors = allocateData(executor, size.samples, { x: x.width, target: target.width });
    if (needsCounts(metrics)) tensors.set('counts', allocateCounts(executor, network.outputs));
    const plan = planEvaluation(network, loss, metrics, size);
    const runner = await DataRunner.create(session, size, tensors, plan);
    if (size.samples === x.count) await runner.write({ x, target });
    return new Evaluator(runner, metrics, x, target, size.samples);
  }

  /** Loss and metrics over all rows. */
  async run(prefix = ''): Promise<Logs> {
    const tally = await this.#tally();
    const counts = await takeCounts(this.runner.tensors.get('counts'));
    return tally.logs(this.metrics, counts, prefix);
  }

  /** How often each class, a row, was taken for each, a column. */
  async confusionMatrix(classes: number): Promise<number[][]> {
    await this.#tally();
    return confusionMatrix(
      (await takeCounts(this.runner.tensors.get('counts'))) ?? new Float32Array(),
      classes,
    );
  }

  dispose(): void {
    this.runner.dispose();
  }

  async #tally(): Promise<Tally> {
    const { count } = this.x;
    const tally = new Tally();
    for (let from = 0; from < count; from += this.part) {
      const to = Math.min(from + this.part, count);
      if (this.part < count) {
        await this.runner.write({
          x: sliceRows(this.x, from, to),
          target: sliceRows(this.target, from, to),
        });
      }
      await this.runner.run(to - from, { onSteps: (results) => tally.add(results) });
    }
    return tally;
  }
}

/** The network's output for every row: rows × outputs, row after row. */
export async function predictRows(session: Session, x: Rows, batchSize: number): Promise<Float32Array> {
  const { outputs } = session.network;
  const size = partSize(session, x.count, batchSize, x.width, outputs);
  const plan = planPrediction(session.network, size);
  const tensors = allocateData(session.executor, size.samples, { x: x.width, prediction: outputs });
  const runner = await DataRunner.create(session, size, tensors, plan);
  const result = new Float32Array(x.count * outputs);
  try {
    for (let from = 0; from < x.count; from += size.samples) {
      const to = Math.min(from + size.samples, x.count);
      await runner.write({ x: sliceRows(x, from, to) });
      await runner.run(to - from);
      const part = (await runner.tensors.get('prediction')?.read()) ?? [];
      result.set(part.slice(0, (to - from) * outputs), from * outputs);
    }
  } finally {
    runner.dispose();
  }
  return result;
}
