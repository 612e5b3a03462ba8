import { createRuntime, type Runtime } from '../../src/index.ts';
import { Pace, Ration, Speed } from './pace.ts';
import { loadProblem, type Problem } from './problem.ts';
import { Run } from './run.ts';
import type { BackendName, DataName, Settings } from './settings.ts';

/** `unset`: the settings cannot be run as they are. */
export type Status = 'unset' | 'preparing' | 'ready' | 'training' | 'paused' | 'failed';

/** Those who show the training. */
export interface Audience {
  showStatus(status: Status, failure?: unknown): void;
  showRuntime(runtime: Runtime): void;
  showProblem(problem: Problem): void;
  /** Numbers and curves: quick. */
  showProgress(run: Run, stepsPerSecond: number): void;
  /** What the network makes of the data: asks the device. */
  showNetwork(run: Run): Promise<void>;
}

/** Shares of the training time for tests, and for what the network makes of the data. */
const testShare = 0.3;
const lookShare = 0.5;

/** Opens, trains, pauses and resets runs. Whatever uses the device waits its turn: one thing at a time. */
export class Conductor {
  #turn = Promise.resolve();
  #training = false;
  /** Counts resets: whatever was begun before the latest one is no longer wanted. */
  #resets = 0;
  #runtime: Runtime | undefined;
  /** What the runtime was asked to be. */
  #backend: BackendName | undefined;
  #run: Run | undefined;
  #pace = new Pace();

  constructor(private readonly audience: Audience) {}

  /** Begins anew, at step 0. */
  reset(settings: Settings): void {
    this.pause();
    this.#resets++;
    this.#enqueue(() => this.#open(settings));
  }

  /** Keeps what is shown, to be looked at and not trained, until the next reset. */
  hold(data: DataName): void {
    this.pause();
    this.#resets++;
    this.#enqueue(async () => {
      if (this.#run?.settings.data !== data) await this.#load(data);
      this.audience.showStatus('unset');
    });
  }

  start(): void {
    if (this.#training) return;
    this.#training = true;
    this.#enqueue(() => this.#train());
  }

  pause(): void {
    this.#training = false;
  }

  /** Trains one step. */
  step(): void {
    this.pause();
    this.#enqueue(async () => {
      if (!this.#run) return;
      await this.#run.advance(1);
      await this.#rest(this.#run);
    });
  }

  #enqueue(task: () => Promise<void>): void {
    const resets = this.#resets;
    this.#turn = this.#turn.then(async () => {
      if (resets !== this.#resets) return;
      await task().catch((error) => this.#fail(error));
    });
  }

  async #load(data: DataName): Promise<Problem> {
    this.#close();
    this.audience.showStatus('preparing');
    const problem = await loadProblem(data);
    this.audience.showProblem(problem);
    return problem;
  }

  async #openRuntime(backend: BackendName): Promise<Runtime> {
    if (!this.#runtime || this.#backend !== backend) {
      this.#runtime?.dispose();
      this.#runtime = undefined;
      this.#runtime = await createRuntime({ backend });
      this.#backend = backend;
    }
    return this.#runtime;
  }

  async #open(settings: Settings): Promise<void> {
    const problem = await this.#load(settings.data);
    const runtime = await this.#openRuntime(settings.backend);
    this.#run = await Run.create(runtime, settings, problem);
    this.audience.showRuntime(runtime);
    this.#pace = new Pace();
    this.audience.showProgress(this.#run, 0);
    await this.audience.showNetwork(this.#run);
    this.audience.showStatus('ready');
  }

  async #train(): Promise<void> {
    const run = this.#run;
    if (!run || !this.#training) return;
    this.audience.showStatus('training');
    const speed = new Speed();
    const tests = new Ration(testShare);
    const looks = new Ration(lookShare);
    while (this.#training) {
      const steps = run.history.align(this.#pace.steps);
      const begin = performance.now();
      await run.advance(steps);
      this.#pace.record(steps, performance.now() - begin);
      speed.add(steps);
      await tests.take(() => run.test());
      await looks.take(() => this.audience.showNetwork(run));
      this.audience.showProgress(run, speed.perSecond);
      await nextFrame();
    }
    await this.#rest(run);
  }

  /** Shows a run that stands still exactly as it is. */
  async #rest(run: Run): Promise<void> {
    await run.test();
    await this.audience.showNetwork(run);
    this.audience.showProgress(run, 0);
    this.audience.showStatus('paused');
  }

  /** A failed device may be beyond use, so the next reset opens another. */
  #fail(error: unknown): void {
    this.pause();
    try {
      this.#close();
      this.#runtime?.dispose();
    } catch {
      // What has failed need not succeed in closing.
    }
    this.#run = undefined;
    this.#runtime = undefined;
    this.audience.showStatus('failed', error);
  }

  #close(): void {
    this.#run?.dispose();
    this.#run = undefined;
  }
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
