/** Time that a submission may aim at, in ms: short enough for a page to stay alive and an abort to be prompt. */
const TARGET = 50;
/** Growth from one measurement to the next. */
const GROWTH = 4;

/**
 * How many steps to put in a submission. Starts with one, since a single step may take long, and grows with what
 * is measured.
 */
export class ChunkSizer {
  #size = 1;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#size;
  }

  /** Takes in that `steps` steps kept the device busy for `milliseconds`. */
  record(steps: number, milliseconds: number): void {
    const fitting = Math.floor((TARGET * steps) / Math.max(milliseconds, 1e-3));
    this.#size = Math.max(1, Math.min(fitting, GROWTH * steps, this.most));
  }
}
