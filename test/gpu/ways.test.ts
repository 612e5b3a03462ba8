/** The ways to run a training give the same bits, so that one may take another's place at any time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  activation,
  adam,
  adamw,
  createRuntime,
  dense,
  dropout,
  gaussianNoise,
  type Layer,
  type LossOption,
  l1l2,
  l2,
  layerNormalization,
  type Optimizer,
  sequential,
  sgd,
} from '../../src/index.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { initialContents } from '../../src/model/parameters.ts';
import { shuffledRows, uniformSource } from '../../src/model/random.ts';
import { joinHead } from '../../src/plan/head.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planSmall, type SmallDevice } from '../../src/plan/small.ts';
import { planTraining, type TrainingOptions } from '../../src/plan/training.ts';
import { requestOwnDevice } from '../support/device.ts';
import { basicOptimizers, otherOptimizers } from '../support/optimizerPairs.ts';
import { runPlan } from '../support/runPlan.ts';
import { ratesOf } from '../support/steps.ts';
import { WayRunner } from '../support/wayRunner.ts';

const INPUTS = 5;
const ROWS = 23;
const BATCH = 9;

let device: GPUDevice;

beforeAll(async () => {
  device = await requestOwnDevice();
});

afterAll(() => device.destroy());

interface Training {
  readonly layers: readonly Layer[];
  readonly loss: LossOption;
  readonly optimizer?: Optimizer;
  readonly clipValue?: number;
  readonly clipNorm?: number;
  readonly options?: TrainingOptions;
  readonly steps?: number;
}

function planOf({
  layers,
  loss,
  optimizer = sgd({ learningRate: 0.1 }),
  clipValue,
  clipNorm,
  options,
}: Training) {
  const network = buildNetwork(layers, 11);
  const objective = { optimizer, loss: parseLoss(loss, network), clipValue, clipNorm };
  const size = { batch: BATCH, samples: ROWS, slots: 16 };
  return { network, plan: planTraining(network, objective, size, options) };
}

/** Numbers in [0, 1), whole where they are to be labels. */
function contentsOf(plan: Plan, labels: boolean): Record<string, Float32Array> {
  const uniform = uniformSource(3, 0);
  const filled = (name: string, value: () => number) => {
    const [rows, width] = plan.tensors.get(name)?.shape ?? [0, 0];
    return Float32Array.from({ length: rows * width }, value);
  };
  return {
    x: filled('x', () => 2 * uniform() - 1),
    target: filled('target', () => (labels ? Math.floor(2 * uniform()) : uniform())),
  };
}

async function train(runner: WayRunner, training: Training, change = (plan: Plan) => plan) {
  const { network, plan } = planOf(training);
  const rates = ratesOf(training.optimizer ?? sgd({ learningRate: 0.1 }));
  const order = shuffledRows(ROWS, 5, 0);
  // The third batch of every epoch is short.
  const steps = Array.from({ length: training.steps ?? 12 }, (_, index) => ({
    ...{ index, rates: rates(index) },
    rows: order.slice((index % 3) * BATCH, Math.min(ROWS, ((index % 3) + 1) * BATCH)),
  }));
  const contents = {
    ...contentsOf(plan, JSON.stringify(training.loss).includes('sparse')),
    ...initialOf(network),
  };
  return runPlan(runner as never, change(plan), contents, steps);
}

const initialOf = (network: ReturnType<typeof buildNetwork>) => Object.fromEntries(initialContents(network));

/** What the kernel may be made for; in Firefox, where every readback takes a tenth of a second, one has to do. */
const smallDevices: readonly SmallDevice[] = [
  { lanes: 64, storage: 16384 },
  ...(navigator.userAgent.includes('Firefox') ? [] : [{ lanes: 4, storage: 0 }]),
];

async function sameBits(training: Training): Promise<void> {
  const wanted = await train(new WayRunner(device), training);
  expect(await train(new WayRunner(device), training, withHead)).toEqual(wanted);
  for (const small of smallDevices) {
    const { losses, tensors } = await train(new WayRunner(device, small), training);
    expect(losses).toEqual(wanted.losses);
    expect(tensors).toEqual(wanted.tensors);
  }
  expect(wanted.losses.every(Number.isFinite)).toBe(true);
  expect(new Set(wanted.losses).size).toBe(wanted.losses.length);
}

/** The last dense layer in one call, wherever that can be. */
const withHead = (plan: Plan) => joinHead(plan, 4);

const hidden = (option: Parameters<typeof dense>[0]['activation'] = 'tanh') =>
  dense({ units: 6, activation: option, inputShape: [INPUTS] });

describe('the same bits layer by layer and by one kernel', () => {
  test.each([...basicOptimizers, ...otherOptimizers].map(({ name, ours }) => [name, ours] as const))(
    '%s',
    async (_name, optimizer) => {
      await sameBits({ layers: [hidden(), dense({ units: 2 })], loss: 'meanSquaredError', optimizer });
    },
  );

  const losses: [string, LossOption, 'sigmoid' | 'softmax' | 'relu' | 'linear' | 'hardSigmoid'][] = [
    ['half squared error', 'halfSquaredError', 'relu'],
    ['mean absolute error', 'meanAbsoluteError', 'linear'],
    ['huber', { name: 'huberLoss', delta: 0.3 }, 'sigmoid'],
    ['binary cross-entropy', 'binaryCrossentropy', 'sigmoid'],
    ['binary cross-entropy of outputs', 'binaryCrossentropy', 'hardSigmoid'],
    ['cross-entropy', { name: 'categoricalCrossentropy', labelSmoothing: 0.1 }, 'softmax'],
    ['sparse cross-entropy', 'sparseCategoricalCrossentropy', 'softmax'],
    ['divergence', 'kullbackLeiblerDivergence', 'softmax'],
  ];
  test.each(losses)('%s', async (_name, loss, last) => {
    await sameBits({ layers: [hidden('sigmoid'), dense({ units: 3, activation: last })], loss });
  });

  test.each([
    'linear',
    'relu',
    'leakyRelu',
    'elu',
    'selu',
    'softplus',
    'softsign',
    'gelu',
    'swish',
    'mish',
    'hardSigmoid',
    { name: 'scaledSigmoid', a: 1.5, b: 0.7 },
  ] as const)('activation %s', async (name) => {
    await sameBits({
      layers: [hidden(name), dense({ units: 2, activation: name })],
      loss: 'meanSquaredError',
    });
  });

  test('dropout, noise, penalties, rates of layers, no bias, clipping by value, weights of rows', async () => {
    await sameBits({
      layers: [
        dropout({ rate: 0.2, inputShape: [INPUTS] }),
        dense({ units: 7, activation: 'relu', kernelRegularizer: l1l2({ l1: 0.01, l2: 0.02 }) }),
        gaussianNoise({ stddev: 0.1 }),
        dense({ units: 6, useBias: false, learningRateScale: 0.3 }),
        activation({ activation: 'gelu' }),
        dropout({ rate: 0.5 }),
        dense({ units: 2, kernelRegularizer: l2({ l2: 0.1 }) }),
      ],
      loss: 'meanSquaredError',
      optimizer: adamw({ learningRate: 0.01 }),
      clipValue: 0.05,
      options: { weighted: true },
    });
  });
});

test('the same bits with the head of a larger network in one call, over 50 steps', async () => {
  const training: Training = {
    layers: [
      dense({ units: 64, activation: 'relu', inputShape: [INPUTS] }),
      dense({ units: 32, activation: 'relu' }),
      dense({ units: 2, activation: 'softmax' }),
    ],
    loss: 'categoricalCrossentropy',
    optimizer: adam(),
    steps: 50,
  };
  const wanted = await train(new WayRunner(device), training);
  expect(await train(new WayRunner(device), training, withHead)).toEqual(wanted);
});

describe('a plan that one kernel does not do is told why', () => {
  const layers = [hidden(), dense({ units: 2 })];
  const reasons: [string, Training, RegExp][] = [
    [
      'normalisation',
      { layers: [hidden(), layerNormalization(), dense({ units: 2 })], loss: 'meanSquaredError' },
      /normalization/,
    ],
    ['clipping by norm', { layers, loss: 'meanSquaredError', clipNorm: 1 }, /weight_gradient/],
    ['averages', { layers, loss: 'meanSquaredError', optimizer: adam({ useEma: true }) }, /weight_average/],
    [
      'a softmax inside',
      { layers: [hidden('softmax'), dense({ units: 2 })], loss: 'meanSquaredError' },
      /softmax/,
    ],
    [
      'metrics',
      { layers, loss: 'meanSquaredError', options: { metrics: ['meanAbsoluteError'] } },
      /metric_sums/,
    ],
    [
      'many weights',
      { layers: [hidden(), dense({ units: 2000 })], loss: 'meanSquaredError' },
      /operations, more than/,
    ],
  ];
  test.each(reasons)('%s', (_name, training, reason) => {
    expect(planSmall(planOf(training).plan, { lanes: 4, storage: 0 })).toMatch(reason);
  });
});

test('training changes over without a trace', async () => {
  const rows = Array.from({ length: ROWS }, (_, r) =>
    Array.from({ length: INPUTS }, (_, k) => Math.sin(3 * r + k)),
  );
  const targets = rows.map(([a, b]) => [a * b, a + b]);
  const losses = await Promise.all(
    [1, 2].map(async (share) => {
      const runtime = await createRuntime({ backend: 'webgpu' });
      const model = sequential({ seed: 5, layers: [hidden(), dense({ units: 2 })] });
      model.compile({ optimizer: adam(), loss: 'meanSquaredError', runtime });
      const trainer = await model.trainer(rows, targets, { batchSize: BATCH });
      // Runs of different lengths: the ways are tried at different steps.
      for (let done = 0; done < 4000; done += 1000 / share) await trainer.run(1000 / share);
      const weights = await model.getWeights();
      runtime.dispose();
      return weights.map(({ data }) => data);
    }),
  );
  expect(losses[1]).toEqual(losses[0]);
});
