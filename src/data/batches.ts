/** Row numbers of the batches of epoch after epoch, without end; the last batch of an epoch may be short. */
export class BatchSequence {
  readonly #order: Uint32Array<ArrayBuffer>;
  #position: number;

  /** `order` writes the order of the rows in the next epoch; without it they come as they are. */
  constructor(
    private readonly samples: number,
    private readonly batchSize: number,
    private readonly order?: (rows: Uint32Array<ArrayBuffer>) => void,
  ) {
    this.#order = Uint32Array.from({ length: samples }, (_, i) => i);
    this.#position = samples;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.samples / this.batchSize);
  }

  /** Writes the next batch into `rows` from `first` on; gives the number of its rows. */
  next(rows: Uint32Array, first: number): number {
    if (this.#position === this.samples) {
      this.order?.(this.#order);
      this.#position = 0;
    }
    const count = Math.min(this.batchSize, this.samples - this.#position);
    for (let i = 0; i < count; i++) rows[first + i] = this.#order[this.#position + i];
    this.#position += count;
    return count;
  }
}
