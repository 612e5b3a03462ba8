/** Which plans have their last dense layer joined into one call, and where that call stands. */
import { describe, expect, test } from 'vitest';
import {
  activation,
  adam,
  dense,
  dropout,
  type Layer,
  type LossOption,
  l2,
  layerNormalization,
} from '../../src/index.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { joinHead } from '../../src/plan/head.ts';
import { planTraining, type TrainingOptions } from '../../src/plan/training.ts';

interface Training {
  readonly layers: readonly Layer[];
  readonly loss?: LossOption;
  readonly batch?: number;
  readonly clipNorm?: number;
  readonly options?: TrainingOptions;
}

function planOf({ layers, loss = 'categoricalCrossentropy', batch = 32, clipNorm, options }: Training) {
  const network = buildNetwork(layers, 1);
  const objective = { optimizer: adam(), loss: parseLoss(loss, network), clipNorm };
  return planTraining(network, objective, { batch, samples: 100, slots: 3 }, options);
}

const first = dense({ units: 64, activation: 'relu', inputShape: [30] });
const second = dense({ units: 32, activation: 'relu', kernelRegularizer: l2({ l2: 0.1 }) });
const last = dense({ units: 2, activation: 'softmax' });

function joinedNames(training: Training) {
  return joinHead(planOf(training), 4).calls.map(({ kernel }) => kernel.shader.name);
}

test('30-64-32-2 needs six calls in place of nine', () => {
  expect(joinedNames({ layers: [first, dense({ units: 32, activation: 'relu' }), last] })).toEqual([
    ...['dense_forward', 'dense_forward', 'train_head'],
    ...['hidden_delta', 'gradient_update', 'gradient_update'],
  ]);
});

test('the call has the constants of those that it stands for', () => {
  const { calls } = joinHead(
    planOf({
      layers: [
        dense({ units: 5, activation: { name: 'scaledSigmoid', a: 2, b: 3 }, inputShape: [4] }),
        dense({ units: 3, activation: 'tanh', useBias: false, kernelRegularizer: l2({ l2: 0.25 }) }),
      ],
      loss: 'meanSquaredError',
      batch: 20,
    }),
    8,
  );
  expect(calls.find(({ kernel }) => kernel.shader.name === 'train_head')?.constants).toMatchObject({
    ...{ M: 20, N: 3, K: 5, LANES: 8, HALF: 16, WIDTH: 3, STRIDE: 2, GATHER: true, USE_BIAS: false },
    ...{
      LOSS: 1,
      ACTIVATION: 2,
      BELOW: 1,
      BELOW_A: 2,
      BELOW_B: 3,
      L1: 0,
      L2: 0.25,
      OPTIMIZER: 1,
      MOMENTS: 2,
    },
  });
});

test('penalties are of the weights before their update', () => {
  const names = joinedNames({ layers: [first, second, last] });
  expect(names.indexOf('weight_penalty')).toBeLessThan(names.indexOf('train_head'));
});

test('what takes the delta further finds it', () => {
  const names = joinedNames({ layers: [first, dropout({ rate: 0.5 }), last] });
  expect(names).toEqual([
    'dense_forward',
    'dropout',
    'train_head',
    'dropout',
    'activation_backward',
    'gradient_update',
  ]);
});

describe('stays as it is', () => {
  const cases: [string, Training][] = [
    ['with many units', { layers: [first, dense({ units: 9, activation: 'softmax' })] }],
    ['with many rows', { layers: [first, last], batch: 65 }],
    [
      'with much to do',
      { layers: [dense({ units: 200, activation: 'relu', inputShape: [3] }), last], batch: 64 },
    ],
    ['with one layer', { layers: [dense({ units: 2, activation: 'softmax', inputShape: [30] })] }],
    ['unfused', { layers: [first, last], options: { fused: false } }],
    ['for clipping by the norm', { layers: [first, last], clipNorm: 1 }],
    ['where metrics want the outputs', { layers: [first, last], options: { metrics: ['auc'] } }],
    [
      'where F′ follows from the input',
      { layers: [dense({ units: 64, inputShape: [30] }), activation({ activation: 'gelu' }), last] },
    ],
    [
      'under a normalisation',
      { layers: [first, dense({ units: 2 }), layerNormalization()], loss: 'meanSquaredError' },
    ],
    ['with a softmax in the way', { layers: [first, last], loss: 'meanSquaredError' }],
  ];
  test.each(cases)('%s', (_what, training) => {
    const plan = planOf(training);
    expect(joinHead(plan, 4)).toBe(plan);
  });
});
