/** What the train command and its page say to each other. */

export type Dataset = 'digits' | 'xor' | 'circles' | 'spirals';
export type BackendChoice = 'auto' | 'webgpu' | 'reference';

/** Passes over the data and rows a step, where the user names none. */
export const defaults: Record<Dataset, { epochs: number; batchSize: number }> = {
  digits: { epochs: 5, batchSize: 32 },
  xor: { epochs: 300, batchSize: 4 },
  circles: { epochs: 50, batchSize: 32 },
  spirals: { epochs: 200, batchSize: 32 },
};

export const datasets = Object.keys(defaults) as Dataset[];
export const backends: BackendChoice[] = ['auto', 'webgpu', 'reference'];

export interface TrainRequest {
  dataset: Dataset;
  epochs: number;
  batchSize: number;
  backend: BackendChoice;
  seed: number;
}

export interface TrainProgress {
  step: number;
  steps: number;
  epoch: number;
  /** Of the last step. */
  loss: number;
  stepsPerSecond: number;
}

export interface TrainResult {
  backend: string;
  adapter: string;
  isFallbackAdapter: boolean;
  dataset: Dataset;
  samples: number;
  epochs: number;
  seconds: number;
  stepsPerSecond: number;
  /** Of the last epoch. */
  loss: number;
  testAccuracy: number;
  /** The largest error of any kernel against the float64 reference, on the device that trained. */
  parity: number;
}

export interface TrainOutcome {
  result: TrainResult;
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
