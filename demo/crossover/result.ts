/** What a sweep finds out. Milliseconds, unless said otherwise. */
import type { Device } from '../bench/contenders/contender.ts';
import type { Summary } from '../bench/statistics.ts';

/** The two that are compared. */
export const sides = ['webgpu', 'cpu'] as const;

export type Side = (typeof sides)[number];

export interface CrossoverOptions {
  /** From one width or batch to the next: 4 or 2 times as much. */
  factor: number;
  /** No layer is wider and no batch larger. */
  largest: number;
  /** How often each of the two has its turn. */
  rounds: number;
  /** What a turn may take; a step that takes longer is a turn. */
  budget: number;
  /** When to end, in seconds: what has not been measured by then is not. */
  seconds: number;
}

export const crossoverDefaults: CrossoverOptions = {
  factor: 4,
  largest: 1024,
  rounds: 3,
  budget: 60,
  seconds: 90,
};

export interface CrossoverResult {
  userAgent: string;
  cores: number;
  isolated: boolean;
  /** The WebGPU adapter; null where there is none. */
  adapter: Device | null;
  options: CrossoverOptions;
  /** From narrow to wide, and each from small batches to large. */
  widths: number[];
  batches: number[];
  /** A row for each width. */
  cells: Cell[];
  seconds: number;
}

/** A network of that width, trained in batches of that many rows. */
export interface Cell {
  width: number;
  batch: number;
  /** Of a step, each, and how many times as fast WebGPU was as the CPU. */
  measured?: Record<Side, Summary> & { speed: Summary };
  /** Why it was not measured: somebody is far ahead and a step takes long, or the time was up. */
  skipped?: Side | 'time';
}

export const sideNames: Record<Side, string> = { webgpu: 'WebGPU', cpu: 'CPU' };

/** Who is ahead in a cell that was measured, such as `12×` and `CPU`; no one where both are as fast. */
export function leadOf({ measured }: Cell): { factor: string; name: string } | undefined {
  if (!measured) return undefined;
  const { median } = measured.speed;
  const factor = Math.max(median, 1 / median);
  if (factor < 1.05) return { factor: 'even', name: '' };
  return {
    factor: `${Number(factor.toPrecision(2)).toLocaleString('en-US')}×`,
    name: sideNames[median > 1 ? 'webgpu' : 'cpu'],
  };
}

declare global {
  interface Window {
    /** The page's part of the command: measures, and resolves when done. */
    crossover(options: CrossoverOptions): Promise<CrossoverResult>;
    /** The map as it is drawn: the address of a PNG. */
    crossoverImage(): string;
  }
}
