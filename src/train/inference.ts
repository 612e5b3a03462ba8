/** Evaluation and prediction: forward passes over a data set, in parts where it is larger than a tensor may be. */
import { batchesInOrder } from '../data/batches.ts';
import { type LabelledRows, type Rows, sliceRows } from '../data/rows.ts';
import type { Loss } from '../model/losses.ts';
import { NO_RATES } from '../model/optimizers.ts';
import type { DeviceTensor, Program, StepInput } from '../plan/executor.ts';
import { type PlanSize, planEvaluation, planPrediction } from '../plan/forward.ts';
import { allocateData, disposeAll, rowsThatFit, slotsFor } from './dataset.ts';
import type { Session } from './session.ts';

export interface Evaluation {
  /** Mean over the rows. */
  readonly loss: number;
  /** Share of the rows predicted right. */
  readonly accuracy: number;
}

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
    widths: Record<string, number>,
    plan: Parameters<Session['prepare']>[0],
  ): Promise<DataRunner> {
    const tensors = allocateData(session.executor, size.samples, widths);
    try {
      return new DataRunner(await session.prepare(plan, tensors), tensors, size.batch);
    } catch (error) {
      disposeAll(tensors);
      throw error;
    }
  }

  write(data: Record<string, Rows>): void {
    for (const [name, rows] of Object.entries(data)) this.tensors.get(name)?.write(rows.data);
  }

  run(count: number, onStep?: Parameters<Program['run']>[1]): Promise<void> {
    return this.program.run(inferenceSteps(count, this.batch), onStep);
  }

  dispose(): void {
    this.program.dispose();
    disposeAll(this.tensors);
  }
}

function* inferenceSteps(count: number, batch: number): Generator<StepInput, void> {
  let index = 0;
  for (const rows of batchesInOrder(count, batch)) yield { rows, index: index++, rates: NO_RATES };
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
    private readonly x: Rows,
    private readonly target: Rows,
    private readonly part: number,
  ) {}

  static async create(
    session: Session,
    loss: Loss,
    { x, target }: LabelledRows,
    batchSize: number,
  ): Promise<Evaluator> {
    const size = partSize(session, x.count, batchSize, x.width, target.width);
    const widths = { x: x.width, target: target.width };
    const runner = await DataRunner.create(
      session,
      size,
      widths,
      planEvaluation(session.network, loss, size),
    );
    const evaluator = new Evaluator(runner, x, target, size.samples);
    if (size.samples === x.count) runner.write({ x, target });
    return evaluator;
  }

  async run(): Promise<Evaluation> {
    const { count } = this.x;
    let loss = 0;
    let correct = 0;
    for (let from = 0; from < count; from += this.part) {
      const to = Math.min(from + this.part, count);
      if (this.part < count) {
        this.runner.write({ x: sliceRows(this.x, from, to), target: sliceRows(this.target, from, to) });
      }
      await this.runner.run(to - from, {
        onStep: (metrics) => {
          loss += metrics.loss * metrics.rows;
          correct += metrics.correct;
        },
      });
    }
    return { loss: loss / count, accuracy: correct / count };
  }

  dispose(): void {
    this.runner.dispose();
  }
}

/** The network's output for every row: rows × outputs, row after row. */
export async function predictRows(session: Session, x: Rows, batchSize: number): Promise<Float32Array> {
  const { outputs } = session.network;
  const size = partSize(session, x.count, batchSize, x.width, outputs);
  const plan = planPrediction(session.network, size);
  const runner = await DataRunner.create(session, size, { x: x.width, prediction: outputs }, plan);
  const result = new Float32Array(x.count * outputs);
  try {
    for (let from = 0; from < x.count; from += size.samples) {
      const to = Math.min(from + size.samples, x.count);
      runner.write({ x: sliceRows(x, from, to) });
      await runner.run(to - from);
      const part = (await runner.tensors.get('prediction')?.read()) ?? [];
      result.set(part.slice(0, (to - from) * outputs), from * outputs);
    }
  } finally {
    runner.dispose();
  }
  return result;
}
