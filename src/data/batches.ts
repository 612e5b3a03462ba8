/** The batches of epoch after epoch, without end; the last batch of an epoch may be short. */
export class BatchSequence {
  #order = new Uint32Array();
  #position = 0;

  /** `nextOrder` gives the order of the rows in the next epoch. */
  constructor(
    private readonly samples: number,
    private readonly batchSize: number,
    private readonly nextOrder: () => Uint32Array<ArrayBuffer>,
  ) {
    this.#position = samples;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.samples / this.batchSize);
  }

  /** Row numbers of the next batch. */
  next(): Uint32Array {
    if (this.#position === this.samples) {
      this.#order = this.nextOrder();
      this.#position = 0;
    }
    const end = Math.min(this.#position + this.batchSize, this.samples);
    const rows = this.#order.subarray(this.#position, end);
    this.#position = end;
    return rows;
  }
}

/** Rows in the order in which they are. */
export const rowsInOrder = (samples: number) => Uint32Array.from({ length: samples }, (_, i) => i);

/** Row numbers of one pass over the data, in order. */
export function* batchesInOrder(samples: number, batchSize: number): Generator<Uint32Array, void> {
  const order = rowsInOrder(samples);
  for (let at = 0; at < samples; at += batchSize) yield order.subarray(at, at + batchSize);
}
