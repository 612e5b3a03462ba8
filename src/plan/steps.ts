/** What the host hands to a program and gets back, for many steps at a time: there may be a million a second. */
import type { StepValues } from '../kernels/kernel.ts';
import { readStep, rowsOfStep, STEP_BYTES, writeStep } from '../kernels/stepLayout.ts';
import type { Plan } from './plan.ts';

/** Adds the next step to the table; false when there is none. */
export type StepSource = (table: StepTable) => boolean;

/** Steps in the layout of `Step`, one a slot, and the numbers of their rows. */
export class StepTable {
  /** Bytes of one step. */
  static readonly size = STEP_BYTES;

  /** Bytes from one step to the next, where each begins at a multiple of `alignment`. */
  static stride(alignment: number): number {
    return Math.ceil(StepTable.size / alignment) * alignment;
  }

  /** Steps in the table. */
  count = 0;
  /** Their rows in all. */
  end = 0;
  /** Numbers of the rows, step after step. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Bytes from one slot to the next. */
  readonly stride: number;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly #floats: Float32Array | Float64Array;

  /** `exact` keeps what is no integer in float64, beside the words. */
  constructor(
    { slots, batch }: Pick<Plan, 'slots' | 'batch'>,
    { alignment = 4, exact = false }: { alignment?: number; exact?: boolean } = {},
  ) {
    this.stride = StepTable.stride(alignment);
    this.words = new Uint32Array((slots * this.stride) / 4);
    this.#floats = exact ? new Float64Array(this.words.length) : new Float32Array(this.words.buffer);
    this.rows = new Uint32Array(slots * batch);
  }

  /** Takes up to `count` steps from the source, in place of those it has; false when there are none. */
  load(source: StepSource, count: number): boolean {
    this.count = 0;
    this.end = 0;
    while (this.count < count && source(this));
    return this.count > 0;
  }

  /** Adds a step whose rows are in `rows` from `end` on: `first` and `slot` are set here. */
  add(step: StepValues): void {
    step.first = this.end;
    step.slot = this.count;
    this.set(this.count++, step);
    this.end += step.rows;
  }

  set(slot: number, step: StepValues): void {
    writeStep(this.words, this.#floats, this.#start(slot), step);
  }

  get(slot: number): StepValues {
    return readStep(this.words, this.#floats, this.#start(slot));
  }

  /** Rows of the batch. */
  rowsOf(slot: number): number {
    return rowsOfStep(this.words, this.#start(slot));
  }

  #start(slot: number): number {
    return (slot * this.stride) / 4;
  }
}

/** What the steps of a chunk left. It is the program's own, and written over by the next chunk. */
export class StepResults {
  /** Steps in the chunk. */
  count = 0;
  readonly rows: Uint32Array;
  /** Mean over the batch's rows. */
  readonly loss: Float64Array;
  /** Rows predicted right. */
  readonly correct: Float64Array;
  /** The metrics' sums over the rows, of errors and targets: `SUMS` a step; empty where no metric needs them. */
  readonly sums: Float64Array;

  constructor(private readonly plan: Plan) {
    const { slots, metricsWidth, lossPairs } = plan;
    this.rows = new Uint32Array(slots);
    this.loss = new Float64Array(slots);
    this.correct = new Float64Array(slots);
    this.sums = new Float64Array(metricsWidth > 2 * lossPairs ? SUMS * slots : 0);
  }

  /** Adds up the partial sums that each step left in the metrics table, laid out as `plan/metrics.ts` says. */
  read(table: Float32Array | Float64Array, steps: StepTable): void {
    const { lossPairs, metricsWidth } = this.plan;
    this.count = steps.count;
    this.sums.fill(0, 0, SUMS * this.count);
    for (let step = 0, at = 0; step < this.count; step++) {
      const end = (step + 1) * metricsWidth;
      let loss = 0;
      let correct = 0;
      for (const lossEnd = at + 2 * lossPairs; at < lossEnd; at += 2) {
        loss += table[at];
        correct += table[at + 1];
      }
      const rows = steps.rowsOf(step);
      this.rows[step] = rows;
      this.loss[step] = loss / rows;
      this.correct[step] = correct;
      for (let i = 0; at < end; at++, i = (i + 1) % SUMS) this.sums[SUMS * step + i] += table[at];
    }
  }
}

/** Of squared errors, absolute errors, targets and squared targets. */
export const SUMS = 4;
