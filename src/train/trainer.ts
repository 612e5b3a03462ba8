import { BatchSequence } from '../data/batches.ts';
import type { LabelledRows } from '../data/rows.ts';
import { emptyStep } from '../kernels/kernel.ts';
import { type Augmentation, mixupOf } from '../model/augmentation.ts';
import { checkPositiveInteger } from '../model/check.ts';
import { type Metric, needsCounts } from '../model/metrics.ts';
import type { Network } from '../model/network.ts';
import { type StepRates, stepRates } from '../model/optimizers.ts';
import { drawMixture, shuffledRows } from '../model/random.ts';
import type { DeviceTensor, FloatArray, Program, RunOptions } from '../plan/executor.ts';
import type { LayerGradient } from '../plan/gradientStats.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepSource } from '../plan/steps.ts';
import { type Objective, planTraining } from '../plan/training.ts';
import { allocateCounts, disposeAll, slotsFor, takeCounts, uploadData } from './dataset.ts';
import { inspectGradients } from './inspection.ts';
import type { Session } from './session.ts';

export interface TrainerSettings extends Objective {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly metrics: readonly Metric[];
  readonly augment: readonly Augmentation[];
  /** What to multiply the optimizer's learning rate by, as of now. */
  readonly rateFactor: () => number;
}

/** The plan of a step of that training. */
export function planFor(
  network: Network,
  { x, weighted }: LabelledRows,
  settings: Omit<TrainerSettings, 'shuffle' | 'rateFactor'>,
): Plan {
  const batch = Math.min(settings.batchSize, x.count);
  const size = { batch, samples: x.count, slots: slotsFor(batch) };
  return planTraining(network, settings, size, { ...settings, weighted });
}

/** Training by hand: the data is on the device, the kernels are compiled, and steps run when asked for. */
export class Trainer {
  readonly #optimizerId: number;
  readonly #rates: (index: number, rates: StepRates) => void;
  /** 0: rows are not mixed. */
  readonly #mixup: number;

  private constructor(
    private readonly session: Session,
    private readonly settings: TrainerSettings,
    private readonly program: Program,
    private readonly data: ReadonlyMap<string, DeviceTensor>,
    private readonly batches: BatchSequence,
  ) {
    this.#optimizerId = session.optimizerId;
    this.#rates = stepRates(settings.optimizer, settings.rateFactor);
    this.#mixup = mixupOf(settings.augment);
  }

  /** @internal */
  static async create(session: Session, rows: LabelledRows, settings: TrainerSettings): Promise<Trainer> {
    const { x, target } = rows;
    const { shuffle, metrics } = settings;
    const plan = planFor(session.network, rows, settings);
    const data = await uploadData(session.executor, x, target);
    if (needsCounts(metrics)) data.set('counts', allocateCounts(session.executor, session.network.outputs));
    try {
      const program = await session.prepare(plan, data);
      const { seed } = session.network;
      const order = (rows: Uint32Array<ArrayBuffer>) => shuffledRows(x.count, seed, session.epoch++, rows);
      return new Trainer(
        session,
        settings,
        program,
        data,
        new BatchSequence(x.count, plan.batch, shuffle ? order : undefined),
      );
    } catch (error) {
      disposeAll(data);
      throw error;
    }
  }

  get stepsPerEpoch(): number {
    return this.batches.stepsPerEpoch;
  }

  /** The plan of a step, as a table. */
  get plan(): string {
    return String(this.program.plan);
  }

  /**
   * Trains `steps` steps, going on from epoch to epoch, and resolves when the device has finished them.
   * @returns the number of steps and the last one's loss
   * @throws the signal's reason when aborted; an Error when the device fails
   */
  async run(steps: number, options: RunOptions = {}): Promise<{ steps: number; loss: number }> {
    checkPositiveInteger('steps', steps);
    if (this.session.optimizerId !== this.#optimizerId) {
      throw new Error('trainer: the model has been compiled anew since; ask it for a new trainer');
    }
    const loss = await this.session.exclusively(() => this.program.run(this.#take(steps), options));
    return { steps, loss };
  }

  /**
   * How the gradient reaches each layer with parameters at the present weights, on the first batch's rows of the data in
   * order, not augmented, with the dropout of the next step; changes nothing.
   */
  gradientStats(): Promise<LayerGradient[]> {
    return inspectGradients(this.session, this.settings, this.data, this.program.plan.batch);
  }

  /** What was counted for the metrics since the last time. @internal */
  takeCounts(): Promise<FloatArray | undefined> {
    return takeCounts(this.data.get('counts'));
  }

  /** Replaces the data by as many other rows. @internal */
  write({ x, target }: LabelledRows): void {
    this.data.get('x')?.write(x.data);
    this.data.get('target')?.write(target.data);
  }

  dispose(): void {
    this.program.dispose();
    disposeAll(this.data);
  }

  /** The next steps, going on from where the last ended. */
  #take(steps: number): StepSource {
    const { seed } = this.session.network;
    const step = emptyStep();
    let left = steps;
    return (table) => {
      if (left === 0) return false;
      left--;
      step.index = this.session.step++;
      step.rows = this.batches.next(table.rows, table.end);
      this.#rates(step.index, step);
      if (this.#mixup > 0) Object.assign(step, drawMixture(this.#mixup, step.rows, seed, step.index));
      table.add(step);
      return true;
    };
  }
}
