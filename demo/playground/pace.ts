/** Time that a stretch of training may keep the device busy between two looks at it, in ms. */
const target = 40;
/** Slow growth lets the first moments, in which most is learned, be seen. */
const growth = 1.25;

/** How many steps to train between two looks. */
export class Pace {
  steps = 1;
  /** The shortest stretch ever seen: what waiting itself costs, which in some browsers is more than `target`. */
  #latency = Number.POSITIVE_INFINITY;

  record(steps: number, milliseconds: number): void {
    this.#latency = Math.min(this.#latency, milliseconds);
    const busy = Math.max(milliseconds - this.#latency, 1);
    this.steps = Math.max(1, Math.min((target * steps) / busy, growth * Math.max(steps, this.steps)));
  }
}

/** Lets something costly happen as often as it takes no more than its share of the time. */
export class Ration {
  /** The shortest it took: a moment in which the machine was busy with other things says nothing of it. */
  #cost = Number.POSITIVE_INFINITY;
  #next = 0;

  constructor(private readonly share: number) {}

  async take(task: () => Promise<void>): Promise<void> {
    const begin = performance.now();
    if (begin < this.#next) return;
    await task();
    const end = performance.now();
    this.#cost = Math.min(this.#cost, end - begin);
    this.#next = end + this.#cost * (1 / this.share - 1);
  }
}

/** Steps a second, over the last half second or so. */
export class Speed {
  perSecond = 0;
  #steps = 0;
  #since = performance.now();

  add(steps: number): void {
    this.#steps += steps;
    const now = performance.now();
    if (now - this.#since < 500) return;
    this.perSecond = (1000 * this.#steps) / (now - this.#since);
    this.#steps = 0;
    this.#since = now;
  }
}
