/** Where one contender is tried. The page tells it what to do next, and everything is timed in here. */
import { expose } from 'comlink';
import { clear } from 'idb-keyval';
import { type Calls, readCalls } from './calls.ts';
import type { Fit, FitTask, Prepared } from './contenders/contender.ts';
import { loaders } from './contenders/index.ts';
import { CallCounter } from './countCalls.ts';
import type { ContenderId } from './lineup.ts';
import type { Workload } from './workload.ts';

export interface Opened extends Pick<Prepared, 'device' | 'chosen'> {
  /** From before its code was loaded until the first step was finished. */
  milliseconds: number;
  /** Made until then. */
  pipelines: number;
}

export interface Timed {
  /** Of the steps alone, once it is known what a run costs besides. */
  milliseconds: number;
  loss: number;
}

/** A single step that takes longer, in ms, does so by itself. */
const LONG = 400;
/** How many times as long as what a run costs besides, whatever its length, a turn is at least. */
const MARGIN = 4;

export class Station {
  #prepared: Prepared | undefined;
  /** What a run costs besides its steps, in ms: in Firefox a tenth of a second to hear from the device. */
  #overhead = 0;

  /** Loads the contender and trains one step. */
  async open(id: ContenderId, workload: Workload): Promise<Opened> {
    const counter = new CallCounter();
    try {
      const started = performance.now();
      const contender = await loaders[id]();
      this.#prepared = await contender.prepare(workload);
      await this.#prepared.run(1);
      const milliseconds = performance.now() - started;
      const pipelines = counter.of('createComputePipeline', 'createComputePipelineAsync');
      const { device, chosen } = this.#prepared;
      return { device, chosen, milliseconds, pipelines };
    } finally {
      counter.stop();
    }
  }

  async run(steps: number): Promise<Timed> {
    const started = performance.now();
    const loss = await this.#open.run(steps);
    return { milliseconds: Math.max(1e-6, performance.now() - started - this.#overhead), loss };
  }

  /**
   * Trains more and more steps at a time, until it is clear how many fill the budget: a step takes what each after the
   * first adds.
   * @returns that number, and the calls of the last of these runs
   */
  async warmUp(budget: number): Promise<{ steps: number; calls: Calls }> {
    const counter = new CallCounter();
    try {
      const { milliseconds: single } = await this.run(1);
      if (single > LONG)
        return { steps: Math.max(1, Math.round(budget / single)), calls: readCalls(counter, 1) };
      for (let steps = 2; ; steps *= 2) {
        counter.reset();
        const { milliseconds } = await this.run(steps);
        if (milliseconds < Math.max(budget / 2, (MARGIN - 1) * single)) continue;
        const stepTime = (milliseconds - single) / (steps - 1);
        this.#overhead = Math.max(0, single - stepTime);
        const turn = Math.max(budget, MARGIN * this.#overhead);
        return { steps: Math.max(1, Math.round(turn / stepTime)), calls: readCalls(counter, steps) };
      }
    } finally {
      counter.stop();
    }
  }

  /** @returns milliseconds */
  async predict(x: Float32Array): Promise<number> {
    const started = performance.now();
    await this.#open.predict(x);
    return performance.now() - started;
  }

  /** Trains by `fit`, in which a contender of ours is opened. `forget`: as on a first visit, with nothing remembered. */
  async fitFresh(id: ContenderId, workload: Workload, task: FitTask, forget: boolean): Promise<Fit> {
    if (forget) await clear().catch(() => {}); // there may be no storage
    const { fitFresh } = await loaders[id]();
    if (!fitFresh) throw new Error(`${id} has no fit.`);
    return fitFresh(workload, task);
  }

  async fit(task: FitTask): Promise<Fit> {
    const { fit } = this.#open;
    if (!fit) throw new Error('This contender has no fit.');
    return fit(task);
  }

  /** The files that the contender was loaded from, as they would be sent: bytes after gzip. */
  async loadedBytes(): Promise<number> {
    const files = performance.getEntriesByType('resource').map(({ name }) => name);
    const sizes = await Promise.all(files.map(gzipSize));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  get #open(): Prepared {
    if (!this.#prepared) throw new Error('No contender has been opened here.');
    return this.#prepared;
  }
}

async function gzipSize(url: string): Promise<number> {
  const { body } = await fetch(url);
  if (!body) return 0;
  const zipped = await new Response(body.pipeThrough(new CompressionStream('gzip'))).blob();
  return zipped.size;
}

expose(new Station());
