/**
 * Which of two executors trains faster. Both take a few steps on a copy of the training, whose results are thrown
 * away, so that all that is kept comes from one of them. Finding out may take a share of the training at most: how
 * much is at stake decides how long to wait for it.
 */
import { type LabelledRows, sliceRows } from '../data/rows.ts';
import { deviceName, type Executor } from '../plan/executor.ts';
import { keepFindings, recallFindings } from '../runtime/findings.ts';
import {
  type Backend,
  type Choice,
  describeExecutor,
  type Findings,
  type Rivals,
} from '../runtime/rivals.ts';
import { rowsThatFit } from './dataset.ts';
import type { Session, TrainingState } from './session.ts';
import { planFor, type TrainerSettings } from './trainer.ts';
import { Trial, takeTurns, timeAlone } from './trial.ts';

/** A training that is to begin. */
export interface Prospect {
  /** Where it is now. */
  readonly session: Session;
  readonly data: LabelledRows;
  readonly settings: TrainerSettings;
  /** Steps that it takes; undefined where only the user knows. */
  readonly steps: number | undefined;
}

export interface Decision {
  readonly executor: Executor;
  readonly choice: Choice;
}

/**
 * A training that takes the CPU less than this, in ms, is over before another device is of use. A software adapter
 * compiles and computes on the CPU's own cores: asking it holds up even a training that does not wait for the answer.
 */
const SHORT = { hardware: 1000, software: 12_000 };
/** Share of the CPU's time for the training that making another device ready may take. */
const SHARE = 0.07;
/** What a training whose length is not known is taken for: so many ms, and so many steps at least. */
const UNKNOWN = { milliseconds: 5000, steps: 500 };
/** To be worth moving to, a device takes less than this share of the CPU's time. */
const MARGIN = 0.97;

/** Runs that a comparison takes at least. */
const LEAST_RUNS = 3;

const NOT_READY = 'WebGPU was not ready in time';

/** The faster executor for this training; the CPU's where that is not worth finding out. */
export async function choose(rivals: Rivals, prospect: Prospect): Promise<Decision> {
  const comparison = new Comparison(rivals, prospect);
  try {
    return await comparison.decide();
  } finally {
    await comparison.dispose();
  }
}

class Comparison {
  readonly #settings: TrainerSettings;
  /** The plan of a batch: steps take as long from any other seed. */
  readonly #plan: string;
  /** What is tried: steps take as long on any other rows. */
  readonly #batch: LabelledRows;
  #state: Promise<TrainingState> | undefined;
  #cpuTrial: Promise<Trial> | undefined;

  constructor(
    private readonly rivals: Rivals,
    private readonly prospect: Prospect,
  ) {
    const { session, data, settings } = prospect;
    this.#settings = { ...settings, shuffle: false };
    this.#batch = firstRows(data, settings.batchSize);
    this.#plan = String(planFor({ ...session.network, seed: 0 }, this.#batch, this.#settings));
  }

  async decide(): Promise<Decision> {
    const findings = await this.#findings();
    const { steps } = this.prospect;
    findings.work += findings.cpu * (steps ?? Math.max(UNKNOWN.steps, UNKNOWN.milliseconds / findings.cpu));
    const obstacle = await this.#findOut(findings);
    return decide(this.rivals, findings, obstacle);
  }

  async dispose(): Promise<void> {
    const trial = await this.#cpuTrial?.catch(() => undefined);
    trial?.dispose();
  }

  /** What is known of such a training: the CPU's time at least. */
  async #findings(): Promise<Findings> {
    const { cpu, findings: known } = this.rivals;
    const findings = known.get(this.#plan) ?? (await this.#begin(cpu));
    known.set(this.#plan, findings);
    return findings;
  }

  async #begin(cpu: Executor): Promise<Findings> {
    const stored = await recallFindings(cpu, this.#plan);
    if (stored) return { cpu: stored.cpu, stored, work: 0, spent: 0 };
    const findings = { cpu: await timeAlone(await this.#tryCPU()), work: 0, spent: 0 };
    await keepFindings(cpu, this.#plan, { cpu: findings.cpu, gpu: {} });
    return findings;
  }

  /** Sees to it that the GPU's time is known. @returns why the GPU is out of the question, where it is */
  async #findOut(findings: Findings): Promise<string | undefined> {
    const { work, spent, failure } = findings;
    if (work < SHORT.hardware) return `all steps so far take ${formatTime(work)}`;
    if (failure !== undefined) return failure;
    const started = performance.now();
    const deadline = started + SHARE * work - spent;
    try {
      const gpu = await within(deadline, this.rivals.gpu);
      if (!gpu) return gpu === null ? 'there is no WebGPU here' : NOT_READY;
      findings.gpu ??= findings.stored?.gpu[deviceName(gpu.info)];
      const obstacle = this.#seeObstacle(gpu, findings);
      if (obstacle !== undefined || findings.gpu !== undefined) return obstacle;
      return await this.#meet(findings, gpu, deadline);
    } catch (error) {
      findings.failure = `WebGPU failed: ${error instanceof Error ? error.message : error}`;
      return findings.failure;
    } finally {
      findings.spent += performance.now() - started;
    }
  }

  /** Why not to try it, if there is a reason. */
  #seeObstacle(gpu: Executor, { work, gpu: known }: Findings): string | undefined {
    const { x, target } = this.prospect.data;
    if (x.count > rowsThatFit(gpu, Math.max(x.width, target.width))) {
      return `the data do not fit on ${describeExecutor(gpu)}`;
    }
    if (known === undefined && gpu.info.isFallbackAdapter && work < SHORT.software) {
      return `${describeExecutor(gpu)} would have the CPU do the work`;
    }
    return undefined;
  }

  /** Lets the two take turns, if the other is ready by then. */
  async #meet(findings: Findings, gpu: Executor, deadline: number): Promise<string | undefined> {
    // The state is captured before anyone else is waited for: once the training has begun it is not to be had.
    const first = await this.#tryCPU();
    const opening = this.#try(gpu);
    const second = await within(deadline, opening);
    if (!second) {
      opening.then((late) => late.dispose()).catch(() => {});
      return NOT_READY;
    }
    try {
      if (LEAST_RUNS * second.single > SHARE * findings.work) {
        return `${describeExecutor(gpu)} takes ${formatTime(second.single)} to answer`;
      }
      [findings.cpu, findings.gpu] = await takeTurns(first, second, findings.cpu);
      findings.stored = undefined;
      const times = { cpu: findings.cpu, gpu: { [deviceName(gpu.info)]: findings.gpu } };
      await keepFindings(this.rivals.cpu, this.#plan, times);
      return undefined;
    } finally {
      second.dispose();
    }
  }

  #tryCPU(): Promise<Trial> {
    this.#cpuTrial ??= this.#try(this.rivals.cpu);
    return this.#cpuTrial;
  }

  async #try(executor: Executor): Promise<Trial> {
    const { session } = this.prospect;
    this.#state ??= session.capture();
    return Trial.open(executor, session.network, await this.#state, this.#batch, this.#settings);
  }
}

function firstRows({ x, target, weighted }: LabelledRows, batchSize: number): LabelledRows {
  const rows = Math.min(batchSize, x.count);
  return { x: sliceRows(x, 0, rows), target: sliceRows(target, 0, rows), weighted };
}

/** What the promise brings by then, in the time of `performance.now()`; undefined when it brings nothing. */
function within<T>(deadline: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), deadline - performance.now());
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function decide(
  { cpu, gpu }: Rivals,
  findings: Findings,
  obstacle: string | undefined,
): Promise<Decision> {
  const milliseconds: Partial<Record<Backend, number>> = { [cpu.backend]: findings.cpu };
  const source = findings.stored ? 'stored' : 'measured';
  const settle = (executor: Executor, more: string): Decision => {
    const step = `a step takes ${formatTime(findings.cpu)} on ${cpu.backend}${more}`;
    const reason = findings.stored ? `${step} (measured on an earlier visit)` : step;
    return { executor, choice: { backend: executor.backend, reason, milliseconds, source } };
  };
  const other = obstacle === undefined ? await gpu : null;
  if (!other || findings.gpu === undefined) return settle(cpu, `; ${obstacle}`);
  milliseconds[other.backend] = findings.gpu;
  const faster = findings.gpu < MARGIN * findings.cpu ? other : cpu;
  return settle(faster, `, ${formatTime(findings.gpu)} on ${describeExecutor(other)}`);
}

/** Of milliseconds. */
function formatTime(time: number): string {
  const [value, unit] = time >= 1000 ? [time / 1000, 's'] : time >= 1 ? [time, 'ms'] : [1000 * time, 'µs'];
  return `${Number(value.toPrecision(2))} ${unit}`;
}
