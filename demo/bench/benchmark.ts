/** Lets the contenders take turns: what slows the machine down for a while slows all of them. */
import type { Remote } from 'comlink';
import { ContenderWorker } from './contenderWorker.ts';
import { timeFits } from './fits.ts';
import { type ContenderId, contenders } from './lineup.ts';
import type {
  BenchOptions,
  BenchResult,
  Entry,
  FitResult,
  StartResult,
  Times,
  WorkloadResult,
} from './result.ts';
import { agrees, speeds, summarise } from './statistics.ts';
import type { Station } from './worker.ts';
import type { Workload, WorkloadName } from './workload.ts';
import { describeWorkload, loadWorkload, predictedRows, predictsToo } from './workloads.ts';

/** Is told what is known so far, and how far that is: `done` from 0 to 1, `doing` in a few words. */
export type Observer = (result: BenchResult, done: number, doing: string) => void;

/** Who takes this many times the budget for a turn gets no more turns than the fewest. */
const slow = 4;
const fewestRounds = 3;

/** @throws the signal's reason when aborted */
export function runBenchmark(
  options: BenchOptions,
  observer: Observer,
  signal?: AbortSignal,
): Promise<BenchResult> {
  return new Benchmark(options, observer, signal).run();
}

/** Everyone takes part in everything, one after the other, until something of theirs fails. */
class Benchmark {
  readonly #lineup;
  readonly #result: BenchResult;
  readonly #passes: number;
  #passesDone = 0;

  constructor(
    private readonly options: BenchOptions,
    private readonly observer: Observer,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#lineup = contenders.filter(({ peer }) => options.peers || !peer);
    this.#result = {
      userAgent: navigator.userAgent,
      cores: navigator.hardwareConcurrency,
      isolated: crossOriginIsolated,
      adapter: null,
      options,
      workloads: [],
      starts: [],
    };
    const { workloads, rounds } = options;
    const ofWorkload = (name: WorkloadName) => 3 + rounds + (predictsToo(name) ? 1 + rounds : 0);
    const ofStarts = import.meta.env.BUILT ? rounds : 0;
    this.#passes = workloads.reduce((sum, name) => sum + ofWorkload(name), ofStarts);
  }

  async run(): Promise<BenchResult> {
    if (this.options.fits) return this.#timeFits();
    for (const name of this.options.workloads) await this.#compare(name);
    // A development server sends the code in hundreds of parts: no start that any visitor sees.
    if (import.meta.env.BUILT) await this.#compareStarts();
    this.observer(this.#result, 1, 'finished');
    return this.#result;
  }

  async #timeFits(): Promise<BenchResult> {
    const observer = (fits: FitResult[], done: number, doing: string) =>
      this.observer({ ...this.#result, fits }, done, doing);
    return { ...this.#result, fits: await timeFits(this.options, observer, this.signal) };
  }

  async #compare(name: WorkloadName): Promise<void> {
    const workload = await loadWorkload(name);
    const result: WorkloadResult = {
      name,
      description: describeWorkload(name),
      comparedSteps: workload.comparedSteps,
      predictedRows: workload.predicts ? predictedRows : 0,
      contenders: this.#lineup.map((entry) => ({ ...entry, training: noTimes(), prediction: noTimes() })),
    };
    this.#result.workloads.push(result);
    const workers = new Map<ContenderId, ContenderWorker>();
    try {
      await this.#prepare(result, workload, workers);
      await this.#train(result, workers);
      if (workload.predicts) await this.#predict(result, workload, workers);
    } finally {
      for (const worker of workers.values()) worker.close();
    }
  }

  async #prepare(
    { name, contenders, comparedSteps }: WorkloadResult,
    workload: Workload,
    workers: Map<ContenderId, ContenderWorker>,
  ): Promise<void> {
    await this.#pass(`${name}: preparing`, contenders, async (contender) => {
      const { id } = contender;
      const worker = new ContenderWorker(this.signal);
      workers.set(id, worker);
      const { device, chosen } = await worker.ask((station) => station.open(id, workload));
      if (device) this.#result.adapter = device;
      contender.chosen = chosen;
    });
    await this.#pass(`${name}: comparing losses`, contenders, async (contender) => {
      const { loss } = await ask(workers, contender, (station) => station.run(comparedSteps - 1));
      contender.loss = loss;
    });
    const judge = contenders.find(({ id, loss }) => id === 'reference' && loss !== undefined);
    for (const contender of contenders) {
      if (contender.loss !== undefined && judge?.loss !== undefined)
        contender.agrees = agrees(contender.loss, judge.loss);
    }
  }

  async #train({ name, contenders }: WorkloadResult, workers: Map<ContenderId, ContenderWorker>) {
    const { rounds, budget } = this.options;
    await this.#pass(`${name}: warming up`, contenders, async (contender) => {
      const { steps, calls } = await ask(workers, contender, (station) => station.warmUp(budget));
      contender.steps = steps;
      if (calls.submits > 0) contender.calls = calls;
    });
    for (let round = 0; round < rounds; round++) {
      await this.#pass(`${name}: round ${round + 1} of ${rounds}`, contenders, async (contender) => {
        const { steps = 1, training } = contender;
        if (isSlow(training, steps, round, budget)) return;
        const { milliseconds } = await ask(workers, contender, (station) => station.run(steps));
        training.rounds.push(milliseconds / steps);
      });
      summariseAll(contenders.map(({ training }) => training));
    }
  }

  async #predict(
    { name, contenders }: WorkloadResult,
    { x, layers: [{ inputs }] }: Workload,
    workers: Map<ContenderId, ContenderWorker>,
  ): Promise<void> {
    const rows = x.slice(0, predictedRows * inputs);
    const { rounds, budget } = this.options;
    for (let round = -1; round < rounds; round++) {
      const doing = `${name}: predicting, ${round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`}`;
      await this.#pass(doing, contenders, async (contender) => {
        const { prediction } = contender;
        if (isSlow(prediction, 1, round, budget)) return;
        const milliseconds = await ask(workers, contender, (station) => station.predict(rows));
        if (round >= 0) prediction.rounds.push(milliseconds);
      });
      summariseAll(contenders.map(({ prediction }) => prediction));
    }
  }

  async #compareStarts(): Promise<void> {
    const workload = await loadWorkload('xor');
    const starts: StartResult[] = this.#lineup.map((entry) => ({ ...entry, start: noTimes() }));
    this.#result.starts = starts;
    const { rounds } = this.options;
    for (let round = 0; round < rounds; round++) {
      const doing = `starting, round ${round + 1} of ${rounds}`;
      await this.#pass(doing, starts, (contender) => this.#start(contender, workload));
      summariseAll(starts.map(({ start }) => start));
    }
  }

  async #start(contender: StartResult, workload: Workload): Promise<void> {
    const worker = new ContenderWorker(this.signal);
    try {
      const opened = await worker.ask((station) => station.open(contender.id, workload));
      contender.start.rounds.push(opened.milliseconds);
      contender.pipelines = opened.pipelines;
      contender.bytes ??= await worker.ask((station) => station.loadedBytes());
    } finally {
      worker.close();
    }
  }

  /** Gives everyone a turn. Who fails is left out from then on. */
  async #pass<T extends Entry>(
    doing: string,
    entries: readonly T[],
    turn: (entry: T) => Promise<void>,
  ): Promise<void> {
    for (const [i, entry] of entries.entries()) {
      const done = (this.#passesDone + i / entries.length) / this.#passes;
      this.observer(this.#result, done, `${doing}, ${entry.name}`);
      if (entry.leftOut !== undefined) continue;
      try {
        this.signal?.throwIfAborted();
        await turn(entry);
      } catch (error) {
        this.signal?.throwIfAborted();
        entry.leftOut = error instanceof Error ? error.message : String(error);
      }
    }
    this.#passesDone++;
  }
}

const noTimes = (): Times => ({ rounds: [] });

function ask<T>(
  workers: ReadonlyMap<ContenderId, ContenderWorker>,
  { id }: Entry,
  question: (station: Remote<Station>) => Promise<T>,
): Promise<T> {
  return (workers.get(id) as ContenderWorker).ask(question);
}

function isSlow({ rounds }: Times, steps: number, round: number, budget: number): boolean {
  return round >= fewestRounds && rounds[0] * steps > slow * budget;
}

function summariseAll(all: readonly Times[]): void {
  const base = all.find(({ rounds }) => rounds.length > 0);
  for (const times of all) {
    if (!base || times.rounds.length === 0) continue;
    times.milliseconds = summarise(times.rounds);
    times.speed = summarise(speeds(times.rounds, base.rounds));
  }
}
