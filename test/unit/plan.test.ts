import { describe, expect, test } from 'vitest';
import {
  type ActivationOption,
  activation,
  batchNormalization,
  dense,
  type Layer,
  layerNormalization,
} from '../../src/index.ts';
import { outputsOf } from '../../src/kernels/kernel.ts';
import { type LossOption, parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { adam, sgd } from '../../src/model/optimizers.ts';
import { planEvaluation, planPrediction } from '../../src/plan/forward.ts';
import { planGradientStats } from '../../src/plan/gradientStats.ts';
import { PlanBuilder } from '../../src/plan/plan.ts';
import { planTraining } from '../../src/plan/training.ts';

const digits = buildNetwork(
  [dense({ units: 128, activation: 'relu', inputShape: [784] }), dense({ units: 10, activation: 'softmax' })],
  1,
);
const size = { batch: 64, samples: 8000, slots: 100 };
const crossEntropy = parseLoss('sparseCategoricalCrossentropy', digits);

function callsOf(layers: Layer[], loss: LossOption): number {
  const network = buildNetwork(layers, 0);
  return planTraining(network, { loss: parseLoss(loss, network), optimizer: adam() }, size).calls.length;
}

describe('printed', () => {
  const optimizer = adam({ learningRate: 0.01 });
  const lines = String(planTraining(digits, { loss: crossEntropy, optimizer }, size)).split('\n');

  test('the training of 784-128-10', () => {
    const data = 'permutation=permutation[6400]';
    const adamConstants =
      'OPTIMIZER=1 ONE_MINUS_BETA_1=0.09999999999999998 ONE_MINUS_BETA_2=0.0010000000000000009 MOMENTS=2';
    expect(lines.map((line) => line.replace(/ +/g, ' ').replace(/─+/g, '─'))).toEqual([
      'train, batch 64',
      'step kernel tensors constants',
      '─ ─ ─ ─',
      `1 dense_forward x=x[8000×784] ${data} parameters=dense/parameters[785×128] y=dense/output[64×128] M=64 N=128 K=784 GATHER=true ACTIVATION=3`,
      `2 dense_forward x=dense/output[64×128] ${data} parameters=dense_1/parameters[129×10] y=dense_1/output[64×10] M=64 N=10 K=128`,
      `3 output_delta y=dense_1/output[64×10] target_rows=target[8000×1] ${data} delta=dense_1/output/delta[64×10] metrics=metrics[100×1×2] M=64 N=10 LOSS=7 THRESHOLD=0 SPARSE=true GATHER=true`,
      `4 hidden_delta delta=dense_1/output/delta[64×10] parameters=dense_1/parameters[129×10] kept=dense/output[64×128] result=dense/output/delta[64×128] M=64 N=10 K=128 ACTIVATION=3`,
      `5 gradient_update x=dense/output[64×128] ${data} delta=dense_1/output/delta[64×10] parameters=dense_1/parameters[129×10] moments=dense_1/moments[2×129×10] M=64 N=10 K=128 ${adamConstants}`,
      `6 gradient_update x=x[8000×784] ${data} delta=dense/output/delta[64×128] parameters=dense/parameters[785×128] moments=dense/moments[2×785×128] M=64 N=128 K=784 GATHER=true ${adamConstants}`,
    ]);
  });

  test('in columns', () => {
    const [, heading, rule, ...rows] = lines;
    const columns = [...rule.matchAll(/─+/g)].map(({ index }) => index);
    expect(columns.map((at) => heading.slice(at).split(' ')[0])).toEqual([
      'step',
      'kernel',
      'tensors',
      'constants',
    ]);
    for (const row of rows) {
      for (const at of columns) expect(row.slice(Math.max(0, at - 2), at + 1)).toMatch(/^( {2})?\S$/);
    }
  });
});

describe('a training step', () => {
  const hidden: ActivationOption[] = [
    'linear',
    'sigmoid',
    'tanh',
    'relu',
    'selu',
    { name: 'scaledSigmoid', a: 2 },
  ];

  test.each([1, 2, 3, 6])('of %i dense layers takes at most three calls a layer', (count) => {
    const layers = Array.from({ length: count - 1 }, (_, i) =>
      dense({ units: 5, activation: hidden[i % hidden.length], inputShape: i === 0 ? [4] : undefined }),
    );
    const last = (name: ActivationOption) =>
      dense({ units: 3, activation: name, inputShape: count === 1 ? [4] : undefined });
    expect(callsOf([...layers, last('softmax')], 'categoricalCrossentropy')).toBe(3 * count);
    expect(callsOf([...layers, last('tanh')], 'meanSquaredError')).toBe(3 * count);
  });

  test('fuses an activation layer into the dense layer before it', () => {
    const apart = [
      dense({ units: 5, inputShape: [4] }),
      activation({ activation: 'relu' }),
      dense({ units: 3 }),
    ];
    const joined = [dense({ units: 5, activation: 'relu', inputShape: [4] }), dense({ units: 3 })];
    expect(callsOf(apart, 'meanSquaredError')).toBe(callsOf(joined, 'meanSquaredError'));
  });

  test.each([layerNormalization, batchNormalization])(
    'takes three calls more for a normalisation, whatever activation follows',
    (normalization) => {
      const layers = (...between: Layer[]) => [
        dense({ units: 5, inputShape: [4] }),
        ...between,
        activation({ activation: 'relu' }),
        dense({ units: 3 }),
      ];
      const plain = callsOf(layers(), 'meanSquaredError');
      expect(callsOf(layers(normalization()), 'meanSquaredError')).toBe(plain + 3);
    },
  );

  test('unfused has a call for every formula', () => {
    const plan = planTraining(digits, { loss: crossEntropy, optimizer: sgd() }, size, { fused: false });
    expect(plan.calls.map(({ kernel }) => kernel.shader.name)).toEqual([
      'gather_rows',
      'gather_rows',
      'dense_forward',
      'dense_forward',
      'output_delta',
      'hidden_delta',
      'weight_gradient',
      'weight_gradient',
      'weight_update',
      'weight_update',
    ]);
  });

  test.each([true, false])('that averages the weights does so last, fused: %s', (fused) => {
    const optimizer = sgd({ useEma: true });
    const { calls } = planTraining(digits, { loss: crossEntropy, optimizer }, size, { fused });
    expect(calls.slice(-2).map(({ kernel, tensors }) => [kernel.shader.name, tensors.average])).toEqual([
      ['weight_average', 'dense_1/average'],
      ['weight_average', 'dense/average'],
    ]);
  });

  test('needs something to train', () => {
    expect(() => callsOf([activation({ activation: 'tanh', inputShape: [2] })], 'meanSquaredError')).toThrow(
      'the model has no layer with parameters, so nothing to train',
    );
  });
});

describe('inference', () => {
  test('of a loss stops at the logits, of a prediction it does not', () => {
    const names = (plan: ReturnType<typeof planPrediction>) =>
      plan.calls.map(({ kernel }) => kernel.shader.name);
    expect(names(planEvaluation(digits, crossEntropy, [], size))).toEqual([
      'dense_forward',
      'dense_forward',
      'output_delta',
    ]);
    expect(names(planPrediction(digits, size))).toEqual([
      'dense_forward',
      'dense_forward',
      'softmax_forward',
      'scatter_rows',
    ]);
  });
});

describe('a batch normalisation', () => {
  const layers = [
    dense({ units: 5, inputShape: [4] }),
    batchNormalization({ momentum: 0.75, epsilon: 0.5 }),
    dense({ units: 3 }),
  ];
  const network = buildNetwork(layers, 0);
  const loss = parseLoss('meanSquaredError', network);
  const normalizes = ({ kernel }: { kernel: { shader: { name: string } } }) =>
    kernel.shader.name === 'normalization_forward';

  test('is by the batch in training alone', () => {
    const training = planTraining(network, { loss, optimizer: sgd() }, size).calls.find(normalizes);
    expect(training?.constants).toMatchObject({
      BATCH: true,
      MOVING: false,
      BATCH_SHARE: 0.25,
      EPSILON: 0.5,
    });
    for (const plan of [planEvaluation(network, loss, [], size), planPrediction(network, size)]) {
      expect(plan.calls.find(normalizes)?.constants).toMatchObject({ BATCH: true, MOVING: true });
    }
  });

  test('has its gradient clipped, and no penalty', () => {
    const clipped = planTraining(network, { loss, optimizer: sgd(), clipValue: 0.5, clipNorm: 2 }, size);
    const names = clipped.calls.map(({ kernel }) => kernel.shader.name);
    expect(names.filter((name) => name === 'gradient_norm')).toHaveLength(3);
    expect(names).not.toContain('weight_penalty');
    const backward = clipped.calls.find(({ kernel }) => kernel.shader.name === 'normalization_backward');
    expect(backward?.constants).toMatchObject({ CLIP_VALUE: 0.5, L1: 0, L2: 0 });
  });

  test('is not moved by a look at the gradient', () => {
    const { plan } = planGradientStats(network, { loss, optimizer: sgd() }, size, false);
    const looked = plan.calls.find(normalizes);
    expect(looked?.constants).toMatchObject({ BATCH: true, MOVING: false, BATCH_SHARE: 0, EPSILON: 0.5 });
  });
});

test('a look at the gradient changes no tensor of the model', () => {
  const { plan } = planGradientStats(digits, { loss: crossEntropy, optimizer: adam() }, size, false);
  expect(plan.calls.map(({ kernel }) => kernel.shader.name)).toEqual([
    ...['dense_forward', 'dense_forward', 'output_delta'],
    ...['hidden_delta', 'weight_gradient', 'weight_gradient'],
    ...['unit_stats', 'gradient_norm', 'unit_stats', 'gradient_norm'],
  ]);
  const written = plan.calls.flatMap(({ kernel, tensors }) =>
    outputsOf(kernel.shader).map((binding) => plan.tensors.get(tensors[binding])?.role),
  );
  expect(new Set(written)).toEqual(new Set(['scratch', 'table', 'data']));
});

describe('the builder', () => {
  test('refuses a tensor of another shape, and a call on an unknown one', () => {
    const builder = new PlanBuilder('test', 1, 1);
    builder.tensor('a', [2, 3], 'scratch');
    expect(builder.tensor('a', [2, 3], 'scratch')).toBe('a');
    expect(() => builder.tensor('a', [3, 2], 'scratch')).toThrow('tensor a: declared as [2,3] and as [3,2]');
    expect(() => builder.shape('b')).toThrow('tensor b is not declared');
  });
});
