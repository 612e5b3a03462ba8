/** Measures cell after cell: the two take turns, each in a worker of its own, which ends with the cell. */
import { ContenderWorker } from '../bench/contenderWorker.ts';
import { speeds, summarise } from '../bench/statistics.ts';
import { cellWorkload, emptyGrid, inOrder, knownWinner, tookTooLong } from './grid.ts';
import { type Cell, type CrossoverOptions, type CrossoverResult, type Side, sides } from './result.ts';

/** Is told what is known so far, and how far that is: `done` from 0 to 1, `doing` in a few words. */
export type Observer = (result: CrossoverResult, done: number, doing: string) => void;

/** What a cell may take, in ms. */
const MOST = 12_000;

/** @throws the signal's reason when aborted; an Error where one of the two does not run here */
export async function sweep(
  options: CrossoverOptions,
  observer: Observer,
  signal: AbortSignal,
): Promise<CrossoverResult> {
  const started = performance.now();
  const result: CrossoverResult = {
    userAgent: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    isolated: crossOriginIsolated,
    adapter: null,
    options,
    ...emptyGrid(options),
    seconds: 0,
  };
  const cells = inOrder(result.cells);
  for (const [i, cell] of cells.entries()) {
    observer(result, i / cells.length, `width ${cell.width}, batch ${cell.batch}`);
    const left = 1000 * (options.seconds - result.seconds);
    cell.skipped = left <= 0 || tookTooLong(cell, result) ? 'time' : knownWinner(cell, result);
    if (cell.skipped === undefined) await measureWithin(Math.min(left, MOST), cell, result, signal);
    result.seconds = (performance.now() - started) / 1000;
  }
  observer(result, 1, 'finished');
  return result;
}

async function measureWithin(
  milliseconds: number,
  cell: Cell,
  result: CrossoverResult,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(milliseconds);
  try {
    await measure(cell, result, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (error !== limit.reason) throw error;
    cell.skipped = 'time';
  }
}

async function measure(cell: Cell, result: CrossoverResult, signal: AbortSignal): Promise<void> {
  const { rounds, budget } = result.options;
  const workload = cellWorkload(cell);
  const workers = new Map<Side, ContenderWorker>();
  const steps = new Map<Side, number>();
  const times: Record<Side, number[]> = { webgpu: [], cpu: [] };
  try {
    for (const side of sides) {
      signal.throwIfAborted();
      const worker = new ContenderWorker(signal);
      workers.set(side, worker);
      const { device } = await worker.ask((station) => station.open(side, workload));
      if (device) result.adapter = device;
      steps.set(side, (await worker.ask((station) => station.warmUp(budget))).steps);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [side, worker] of workers) {
        const count = steps.get(side) ?? 1;
        const { milliseconds } = await worker.ask((station) => station.run(count));
        times[side].push(milliseconds / count);
      }
    }
  } finally {
    for (const worker of workers.values()) worker.close();
  }
  cell.measured = {
    webgpu: summarise(times.webgpu),
    cpu: summarise(times.cpu),
    speed: summarise(speeds(times.webgpu, times.cpu)),
  };
}
