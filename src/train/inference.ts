/** Evaluation and prediction: forward passes over a data set, in parts where it is larger than a tensor may be. */
import { BatchSequence } from '../data/batches.ts';
import { type LabelledRows, type Rows, sliceRows } from '../data/rows.ts';
import { emptyStep } from '../kernels/kernel.ts';
import type { Loss } from '../model/losses.ts';
import { type Metric, needsCounts } from '../model/metrics.ts';
import type { DeviceTensor, FloatArray, Program, RunOptions } from '../plan/executor.ts';
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
    try {
      if (size.samples === x.count) await runner.write({ x, target });
    } catch (error) {
      runner.dispose();
      throw error;
    }
    return new Evaluator(runner, metrics, x, target, size.samples);
  }

  /** Whether all rows stay on the device: then it may run again before it has ended. */
  get isResident(): boolean {
    return this.part === this.x.count;
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
      if (!this.isResident) {
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

/** Numbers of rows and outputs that a predictor may hold on to between predictions. */
const MOST_KEPT = 2 ** 22;

/** Predicts. What one prediction needed is kept for the next of as many rows: nothing is compiled or allocated again. */
export class Predictor {
  #kept: Prediction | undefined;

  /** The network's output for every row: rows × outputs, row after row. */
  async predict(session: Session, x: Rows, batchSize: number): Promise<Float32Array> {
    const size = partSize(session, x.count, batchSize, x.width, session.network.outputs);
    const prediction = this.#take(session, size) ?? (await Prediction.create(session, size));
    try {
      const result = await prediction.run(x);
      this.#keep(prediction);
      return result;
    } finally {
      if (this.#kept !== prediction) prediction.dispose();
    }
  }

  /** Frees what it has kept. */
  clear(): void {
    this.#kept?.dispose();
    this.#kept = undefined;
  }

  /** Not for two at a time. */
  #take(session: Session, size: PlanSize): Prediction | undefined {
    const kept = this.#kept;
    if (kept?.session !== session || kept.size.samples !== size.samples || kept.size.batch !== size.batch)
      return undefined;
    this.#kept = undefined;
    return kept;
  }

  #keep(prediction: Prediction): void {
    const { session, size } = prediction;
    const { inputs, outputs } = session.network;
    if (session.disposed || size.samples * (inputs + outputs) > MOST_KEPT) return;
    this.clear();
    this.#kept = prediction;
  }
}

/** Forward passes over so many rows at a time. */
class Prediction {
  private constructor(
    readonly session: Session,
    readonly size: PlanSize,
    private readonly runner: DataRunner,
    private readonly outputs: DeviceTensor,
  ) {}

  static async create(session: Session, size: PlanSize): Promise<Prediction> {
    const { executor, network } = session;
    const plan = planPrediction(network, size);
    const widths = { x: network.inputs, prediction: network.outputs };
    const tensors = allocateData(executor, size.samples, widths);
    const runner = await DataRunner.create(session, size, tensors, plan);
    return new Prediction(session, size, runner, tensors.get('prediction') as DeviceTensor);
  }

  async run(x: Rows): Promise<Float32Array> {
    const { samples } = this.size;
    const { outputs } = this.session.network;
    const result = new Float32Array(x.count * outputs);
    for (let from = 0; from < x.count; from += samples) {
      const to = Math.min(from + samples, x.count);
      const part = await this.#runPart(sliceRows(x, from, to));
      result.set(part.subarray(0, (to - from) * outputs), from * outputs);
    }
    return result;
  }

  dispose(): void {
    this.runner.dispose();
  }

  async #runPart(x: Rows): Promise<FloatArray> {
    await this.runner.write({ x });
    let reading: Promise<FloatArray> | undefined;
    const onSubmitted = () => {
      reading = this.outputs.read();
      reading.catch(() => {}); // the run may fail first
    };
    await this.runner.run(x.count, { onSubmitted });
    return reading ?? this.outputs.read();
  }
}
