/** What a benchmark finds out. Milliseconds, unless said otherwise. */
import type { Calls } from './calls.ts';
import type { Device } from './contenders/contender.ts';
import type { ContenderId } from './lineup.ts';
import type { Summary } from './statistics.ts';
import type { WorkloadName } from './workload.ts';

export interface BenchOptions {
  workloads: readonly WorkloadName[];
  /** Whether other libraries take part. */
  peers: boolean;
  /** How often each contender has its turn. */
  rounds: number;
  /** What a turn may take, in milliseconds; a step that takes longer is a turn. */
  budget: number;
  /** To time whole trainings by `fit` instead. */
  fits: boolean;
}

export const benchDefaults = { rounds: 5, budget: 500 };

export interface BenchResult {
  userAgent: string;
  /** Logical processors, which WebAssembly can only share where the page is isolated from other origins. */
  cores: number;
  isolated: boolean;
  /** The WebGPU adapter; null where there is none. */
  adapter: Device | null;
  options: BenchOptions;
  workloads: WorkloadResult[];
  /** Empty on a development server. */
  starts: StartResult[];
  /** Where those are asked for: then there is nothing else. */
  fits?: FitResult[];
}

export interface FitResult {
  name: WorkloadName;
  description: string;
  /** The first training of a page, of so many milliseconds. */
  milliseconds: number;
  fresh: FreshResult[];
  /** Trainings in a page that has trained before. */
  warm: WarmResult[];
}

export interface FreshResult {
  id: ContenderId;
  name: string;
  chosen?: string;
  reason?: string;
  /** In the training, and of each. */
  steps: number;
  times: Times;
}

export interface WarmResult {
  id: ContenderId;
  name: string;
  stepsPerEpoch: number;
  /** Of a step in trainings of as many: without anything besides, by `fit`, and by `fit` with validation. */
  steps: Times;
  fit: Times;
  validated: Times;
}

export interface WorkloadResult {
  name: WorkloadName;
  description: string;
  /** After how many steps `loss` was taken. */
  comparedSteps: number;
  /** Rows of a prediction; 0 where none is timed. */
  predictedRows: number;
  contenders: ContenderResult[];
}

export interface Entry {
  id: ContenderId;
  name: string;
  peer: boolean;
  /** Why it is not, or no longer, part of this. */
  leftOut?: string;
}

export interface ContenderResult extends Entry {
  /** The backend that it trains on, where it has chosen one. */
  chosen?: string;
  /** The training loss of step `comparedSteps`, before its update. */
  loss?: number;
  /** Whether that is the reference's. */
  agrees?: boolean;
  /** Steps of a turn. */
  steps?: number;
  /** Of WebGPU, a step; only of those that use it. */
  calls?: Calls;
  /** Of each step, a number a round; of each prediction. */
  training: Times;
  prediction: Times;
}

export interface StartResult extends Entry {
  /** From before the code is loaded until the first step of xor is finished, each in a new worker. */
  start: Times;
  /** Bytes of what is loaded, after gzip. */
  bytes?: number;
  /** Made until then. */
  pipelines?: number;
}

export interface Times {
  rounds: number[];
  milliseconds?: Summary;
  /** How many times as fast as the first contender, round by round. */
  speed?: Summary;
}

declare global {
  interface Window {
    /** The page's part of the command: measures, and resolves when done. */
    bench(options: BenchOptions): Promise<BenchResult>;
    /** The command's part: shows how far it is. */
    showProgress(done: number, doing: string): Promise<void>;
  }
}
