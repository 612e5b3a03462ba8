/** With `auto`: the CPU's executor and WebGPU's, of which each training takes the faster. */

import { deviceName, type Executor } from '../plan/executor.ts';
import type { StoredFindings } from './findings.ts';

export type Backend = Executor['backend'];

/** What a training runs on, and why. */
export interface Choice {
  readonly backend: Backend;
  /** In words, with the times that were measured. */
  readonly reason: string;
  /** What a step takes, in ms, by backend: as far as that was measured. */
  readonly milliseconds: Readonly<Partial<Record<Backend, number>>>;
  /** `stored`: measured on an earlier visit. */
  readonly source: 'measured' | 'stored';
}

/** What has been found out of one kind of training; milliseconds. */
export interface Findings {
  /** What a step takes. */
  cpu: number;
  gpu?: number;
  /** What it took on an earlier visit, by the name of the GPU: as long as nothing has been measured on this one. */
  stored?: StoredFindings;
  /** What all the steps asked for so far take the CPU, and what finding out has taken. */
  work: number;
  spent: number;
  /** Why `gpu` cannot be known. */
  failure?: string;
}

export interface Rivals {
  readonly cpu: Executor;
  /** It opens while the CPU could train already; null where there is none. */
  readonly gpu: Promise<Executor | null>;
  /** By the plan of a batch. */
  readonly findings: Map<string, Findings>;
}

/** Such as `webgpu (google swiftshader, a software adapter)`. */
export function describeExecutor({ backend, info }: Executor): string {
  const kind = info.isFallbackAdapter ? ', a software adapter' : '';
  return `${backend} (${deviceName(info)}${kind})`;
}
