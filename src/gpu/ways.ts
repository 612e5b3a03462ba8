/** The ways to run a plan: training starts with one, and the faster is kept once both have been tried in turns. */
import { ChunkSizer } from '../plan/chunkSizer.ts';
import type { Way } from './way.ts';

/** Submissions of each way before the faster is known. */
const TRIALS = 4;
/** Milliseconds that such a submission takes at least: the clocks of devices are coarse, and a step may be nothing to them. */
const SHORTEST = 2;

/** A way that can be had: compiled when it is asked for. */
export interface WayMaker {
  readonly name: string;
  /** Steps in its first submission. */
  readonly first: number;
  make(): Promise<Way>;
}

/** A way, and what is known of its speed. */
export class TimedWay {
  readonly sizer: ChunkSizer;
  trials = 0;
  /** Milliseconds for a step, at best. */
  best = Number.POSITIVE_INFINITY;

  constructor(
    readonly name: string,
    readonly way: Way,
    first: number,
  ) {
    this.sizer = new ChunkSizer(way.slots, first);
  }

  /** Takes in that `steps` steps kept the device busy for `milliseconds`, of which a submission may take `target`. */
  record(steps: number, milliseconds: number, target: number): void {
    this.sizer.record(steps, milliseconds, target);
    if (milliseconds < SHORTEST) return;
    this.trials++;
    this.best = Math.min(this.best, milliseconds / steps);
  }
}

export class Ways {
  readonly #ways: TimedWay[];
  #others: readonly WayMaker[];
  #disposed = false;

  /** `onChoice` is told the name of the way that is kept. */
  private constructor(
    first: TimedWay,
    others: readonly WayMaker[],
    private readonly onChoice: (name: string) => void,
  ) {
    this.#ways = [first];
    this.#others = others;
  }

  /** Makes the first of the ways that can be made. */
  static async create(makers: readonly WayMaker[], onChoice: (name: string) => void): Promise<Ways> {
    const [maker, ...others] = makers;
    try {
      return new Ways(await make(maker), others, onChoice);
    } catch (error) {
      if (others.length === 0) throw error;
      return Ways.create(others, onChoice);
    }
  }

  /** The way of the next submission: the one that was tried less, and in the end the faster. */
  get next(): TimedWay {
    return this.#ways.reduce((a, b) => (b.trials < a.trials ? b : a));
  }

  /**
   * Takes in how long a submission took. Training that is too short for the first way's trials never asks for another;
   * when all have been tried, only the fastest stays.
   */
  record(timed: TimedWay, steps: number, milliseconds: number, target: number): void {
    timed.record(steps, milliseconds, target);
    if (this.#ways.some(({ trials }) => trials < TRIALS)) return;
    for (const maker of this.#others) this.#add(maker);
    this.#others = [];
    if (this.#ways.length === 1) return;
    const fastest = this.#ways.reduce((a, b) => (b.best < a.best ? b : a));
    for (const { way } of this.#ways.splice(0)) if (way !== fastest.way) way.dispose();
    this.#ways.push(fastest);
    this.onChoice(fastest.name);
  }

  dispose(): void {
    this.#disposed = true;
    for (const { way } of this.#ways) way.dispose();
  }

  /** What cannot be made is not tried. */
  #add(maker: WayMaker): void {
    make(maker).then(
      (timed) => {
        if (this.#disposed) timed.way.dispose();
        else this.#ways.push(timed);
      },
      () => {},
    );
  }
}

const make = async ({ name, first, make }: WayMaker) => new TimedWay(name, await make(), first);
