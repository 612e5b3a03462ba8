/**
 * Times whole trainings by `fit`: the first one of a page on each backend and with `auto`, which has to find out which
 * is faster; then what epochs and validation add to steps alone.
 */
import { ContenderWorker } from './contenderWorker.ts';
import { type ContenderId, contenders } from './lineup.ts';
import type { BenchOptions, FitResult, FreshResult, Times, WarmResult } from './result.ts';
import { speeds, summarise } from './statistics.ts';
import type { Workload, WorkloadName } from './workload.ts';
import { describeWorkload, loadWorkload } from './workloads.ts';

/** Is told what is known so far, and how far that is. */
export type FitObserver = (results: FitResult[], done: number, doing: string) => void;

/** What the first training of a page takes, and one after it, in milliseconds. */
const FIRST = 2000;
const LATER = 1000;
/** Rows of short epochs and of long ones. */
const EPOCHS = [1000, 16_000];

const backends = ['cpu', 'webgpu'] as const;
const hows = ['steps', 'fit', 'validated'] as const;
/** In turn: `auto` remembers what it has found out a turn before. */
const firsts: readonly { id: ContenderId; remembers: boolean }[] = [
  ...backends.map((id) => ({ id, remembers: false })),
  { id: 'auto', remembers: false },
  { id: 'auto', remembers: true },
];

/** @throws the signal's reason when aborted, or what a backend fails by */
export async function timeFits(
  { workloads, rounds, budget }: BenchOptions,
  observer: FitObserver,
  signal?: AbortSignal,
): Promise<FitResult[]> {
  const results: FitResult[] = [];
  for (const [i, name] of workloads.entries()) {
    const report = (part: number, doing: string) => {
      signal?.throwIfAborted();
      observer(results, (i + part) / workloads.length, `${name}: ${doing}`);
    };
    results.push(await timeWorkload(name, rounds, budget, report, signal));
  }
  observer(results, 1, 'finished');
  return results;
}

async function timeWorkload(
  name: WorkloadName,
  rounds: number,
  budget: number,
  report: (part: number, doing: string) => void,
  signal?: AbortSignal,
): Promise<FitResult> {
  const workload = await loadWorkload(name);
  const workers = new Map<ContenderId, ContenderWorker>();
  const stepTime = new Map<ContenderId, number>();
  try {
    for (const id of backends) {
      report(0, `preparing ${nameOf(id)}`);
      const worker = new ContenderWorker(signal);
      workers.set(id, worker);
      await worker.ask((station) => station.open(id, workload));
      const { steps } = await worker.ask((station) => station.warmUp(budget));
      const { milliseconds } = await worker.ask((station) => station.run(steps));
      stepTime.set(id, milliseconds / steps);
    }
    const warm = emptyWarm(workload.batch, stepTime);
    for (const { id, stepsPerEpoch } of warm) {
      const task = { steps: stepsPerEpoch, stepsPerEpoch, how: 'validated' } as const;
      await workers.get(id)!.ask((station) => station.fit(task));
    }
    for (let round = 0; round < rounds; round++) {
      report((0.5 * round) / rounds, `by steps and by fit, round ${round + 1} of ${rounds}`);
      for (const result of warm) await timeWarm(result, workers.get(result.id)!, stepTime.get(result.id)!);
    }
    for (const worker of workers.values()) worker.close();
    const fresh = emptyFresh(stepTime);
    for (let round = 0; round < rounds; round++) {
      for (const [i, result] of fresh.entries()) {
        report(0.5 + (0.5 * (round + i / fresh.length)) / rounds, `the first fit, ${result.name}`);
        await timeFresh(result, workload, firsts[i].remembers, signal);
      }
    }
    compare(fresh, warm);
    return { name, description: describeWorkload(name), milliseconds: FIRST, fresh, warm };
  } finally {
    for (const worker of workers.values()) worker.close();
  }
}

const nameOf = (id: ContenderId) => contenders.find((entry) => entry.id === id)!.name;
const noTimes = (): Times => ({ rounds: [] });

function emptyWarm(batch: number, stepTime: ReadonlyMap<ContenderId, number>): WarmResult[] {
  return backends.flatMap((id) => {
    const most = Math.max(1, Math.floor(LATER / stepTime.get(id)!));
    return EPOCHS.map((rows) => ({
      ...{ id, name: nameOf(id), stepsPerEpoch: Math.min(most, Math.floor(rows / batch)) },
      ...{ steps: noTimes(), fit: noTimes(), validated: noTimes() },
    }));
  });
}

/** Each takes its time, `auto` as many steps as the faster one. */
function emptyFresh(stepTime: ReadonlyMap<ContenderId, number>): FreshResult[] {
  const least = Math.min(...stepTime.values());
  return firsts.map(({ id, remembers }) => ({
    id,
    name: remembers ? `${nameOf(id)}, again` : nameOf(id),
    steps: Math.max(1, Math.round(FIRST / (stepTime.get(id) ?? least))),
    times: noTimes(),
  }));
}

async function timeWarm(result: WarmResult, worker: ContenderWorker, stepTime: number): Promise<void> {
  const { stepsPerEpoch } = result;
  const steps = Math.max(1, Math.round(LATER / stepTime / stepsPerEpoch)) * stepsPerEpoch;
  for (const how of hows) {
    const { milliseconds } = await worker.ask((station) => station.fit({ steps, stepsPerEpoch, how }));
    result[how].rounds.push(milliseconds / steps);
  }
}

async function timeFresh(
  result: FreshResult,
  workload: Workload,
  remembers: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const worker = new ContenderWorker(signal);
  const { id, steps } = result;
  const stepsPerEpoch = Math.min(steps, Math.floor(EPOCHS[1] / workload.batch));
  const task = { steps, stepsPerEpoch, how: 'fit' } as const;
  try {
    const fit = await worker.ask((station) => station.fitFresh(id, workload, task, !remembers));
    const done = Math.ceil(steps / stepsPerEpoch) * stepsPerEpoch;
    result.times.rounds.push(fit.milliseconds / done);
    result.chosen = fit.chosen;
    result.reason = fit.reason;
  } finally {
    worker.close();
  }
}

/** A first training to that of the faster backend, a later one to its steps alone: of the same round. */
function compare(fresh: readonly FreshResult[], warm: readonly WarmResult[]): void {
  const alone = fresh.filter(({ id }) => id !== 'auto').map(({ times }) => times.rounds);
  const best = alone[0].map((_, round) => Math.min(...alone.map((rounds) => rounds[round])));
  for (const { times } of fresh) summariseBeside(times, best);
  for (const result of warm) for (const how of hows) summariseBeside(result[how], result.steps.rounds);
}

function summariseBeside(times: Times, base: readonly number[]): void {
  times.milliseconds = summarise(times.rounds);
  times.speed = summarise(speeds(times.rounds, base));
}
