import type { Workload } from '../workload.ts';

/**
 * Someone who trains networks. Each is tried in a worker of its own, where nothing of another has been loaded, and
 * which frees everything when it ends.
 */
export interface Contender {
  /** Makes ready to train: data on the device, kernels compiled as far as that is done ahead. */
  prepare(workload: Workload): Promise<Prepared>;
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
}

export interface Device {
  name: string;
  /** Whether the CPU does the work of a GPU. */
  isSoftware: boolean;
}
