/** What the train command and its page say to each other. */
import type { Choice, Table } from '../../src/index.ts';

export type Dataset = 'digits' | 'xor' | 'circles' | 'spirals' | 'iris' | 'penguins' | 'cars';
export type BackendChoice = 'auto' | 'webgpu' | 'cpu' | 'reference';

export const tableDefaults = { epochs: 100, batchSize: 16 };

/** Passes over the data and rows a step, where the user names none. */
export const defaults: Record<Dataset, { epochs: number; batchSize: number }> = {
  digits: { epochs: 5, batchSize: 32 },
  xor: { epochs: 300, batchSize: 4 },
  circles: { epochs: 50, batchSize: 32 },
  spirals: { epochs: 200, batchSize: 32 },
  iris: tableDefaults,
  penguins: tableDefaults,
  cars: tableDefaults,
};

export type ExperimentName = 'vanishing';

/** The same for the experiments, which bring their own data. */
export const experimentDefaults: Record<ExperimentName, { epochs: number; batchSize: number }> = {
  vanishing: { epochs: 3, batchSize: 32 },
};

export const experimentNames = Object.keys(experimentDefaults) as ExperimentName[];
export const datasets = Object.keys(defaults) as Dataset[];
export const backends: BackendChoice[] = ['auto', 'webgpu', 'cpu', 'reference'];

/** A table, and what to learn from it. */
export interface TableTask {
  table: Table;
  /** Names of columns. */
  target: string;
  ignore: string[];
}

export interface TrainRequest {
  /** One of `datasets`, or the path of a CSV file. */
  dataset: string;
  /** The data, where the page cannot fetch it: the command reads tables for it. */
  task?: TableTask;
  epochs: number;
  batchSize: number;
  backend: BackendChoice;
  seed: number;
}

export interface TrainProgress {
  step: number;
  steps: number;
  epoch: number;
  epochs: number;
  /** Of the last step. */
  loss: number;
  stepsPerSecond: number;
}

/** What a result was computed on. */
export interface Device {
  backend: string;
  adapter: string;
  isFallbackAdapter: boolean;
  /** How it was chosen, where the backend asked for was `auto`. */
  choice?: Choice;
}

export interface TrainResult extends Device {
  dataset: string;
  samples: number;
  epochs: number;
  seconds: number;
  stepsPerSecond: number;
  /** Of the last epoch. */
  loss: number;
  /** Null for a regression, which has these two instead: R², and the mean error in the target's own unit. */
  testAccuracy: number | null;
  testR2?: number;
  testMeanAbsoluteError?: number;
  /** The largest error of any kernel against the float64 reference, on the device that trained. */
  parity: number;
}

export interface TrainOutcome {
  result: TrainResult;
  /** What was done to the data, a line each. */
  notes: string[];
  /** The kernels whose error is larger than it may be, each with its first miss. */
  misses: string[];
}

declare global {
  interface Window {
    /** The page's part: trains, and resolves when done. */
    train(request: TrainRequest): Promise<TrainOutcome>;
    /** The command's part: shows how far it is. */
    showProgress(progress: TrainProgress): Promise<void>;
  }
}
