import type { Workload } from '../workload.ts';

/**
 * Someone who trains networks. Each is tried in a worker of its own, where nothing of another has been loaded, and
 * which frees everything when it ends.
 */
export interface Contender {
  /** Makes ready to train: data on the device, kernels compiled as far as that is done ahead. */
  prepare(workload: Workload): Promise<Prepared>;
  /** Makes a network and trains it, the first of its page; only the training is timed. */
  fitFresh?(workload: Workload, task: FitTask): Promise<Fit>;
}

/** A whole training, in epochs. */
export interface FitTask {
  steps: number;
  stepsPerEpoch: number;
  /** `steps`: without anything besides. `validated`: with an evaluation of a tenth as many rows after every epoch. */
  how: 'steps' | 'fit' | 'validated';
}

export interface Fit {
  milliseconds: number;
  /** What it trained on, and why, where it chooses. */
  chosen?: string;
  reason?: string;
}

export interface Prepared {
  /** Which of its ways to train it has chosen, where it chooses. */
  chosen?: string;
  /** What computes, where that is worth a word. */
  device?: Device;
  /** Trains on the next batches; resolves when the device has finished, with the loss of the last, before its update. */
  run(steps: number): Promise<number>;
  /** The network's output for rows of `x`, read back: rows × outputs. */
  predict(x: Float32Array): Promise<Float32Array>;
  /** Trains from where it is. */
  fit?(task: FitTask): Promise<Fit>;
}

export interface Device {
  name: string;
  /** Whether the CPU does the work of a GPU. */
  isSoftware: boolean;
}
