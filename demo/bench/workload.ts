/** What everyone trains: the same network, first weights, rows and order of batches. */

export const workloadNames = ['xor', 'tabular', 'mnist', 'wide'] as const;

export type WorkloadName = (typeof workloadNames)[number];

export interface BenchLayer {
  inputs: number;
  units: number;
  activation: 'sigmoid' | 'relu' | 'softmax';
}

/** A network and how it is trained. */
export interface Network {
  layers: BenchLayer[];
  loss: 'meanSquaredError' | 'categoricalCrossentropy';
  batch: number;
  optimizer: { name: 'sgd' | 'adam'; learningRate: number };
}

export interface Workload extends Network {
  /** Rows × inputs, a whole number of batches, taken in order and again from the first. */
  x: Float32Array;
  /** Rows × outputs. */
  y: Float32Array;
  rows: number;
  /** Kernel (inputs × units, row after row) and bias of every layer, in turn. */
  weights: Float32Array[];
  /** After how many steps the losses are compared. */
  comparedSteps: number;
  /** Whether to time the prediction of `predictedRows` rows as well. */
  predicts: boolean;
}

/** PyTorch's and Keras's constants for Adam; its epsilon is Keras's. */
export const adamConstants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
