/** Growth from one measurement to the next. */
const GROWTH = 2;

/**
 * How many steps to put in a submission. Starts with a few, since a single step may take long, and grows with what
 * is measured.
 */
export class ChunkSizer {
  #size: number;

  constructor(
    private readonly most: number,
    first: number,
  ) {
    this.#size = Math.min(first, most);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Takes in that `steps` steps, all of a submission or the rest of a run, kept the device busy for `milliseconds`, of
   * which a submission may take `target`.
   */
  record(steps: number, milliseconds: number, target: number): void {
    const fitting = Math.floor((target * steps) / Math.max(milliseconds, 1e-3));
    this.#size = Math.max(1, Math.min(fitting, GROWTH * Math.max(steps, this.#size), this.most));
  }
}
