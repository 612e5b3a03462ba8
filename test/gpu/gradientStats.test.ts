/** What is seen of the gradient, against plain loops, against the weights that it moves, and without a trace. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  activation,
  adam,
  batchNormalization,
  type CompileOptions,
  createRuntime,
  dense,
  dropout,
  gaussianNoise,
  gradientStats,
  type Layer,
  type LayerGradient,
  l1l2,
  layerNormalization,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
  type Weight,
} from '../../src/index.ts';
import {
  hardSigmoid,
  leakyRelu,
  type RowFunction,
  sigmoid,
  softmax,
  softplus,
} from '../support/plain/activations.ts';
import { crossEntropy } from '../support/plain/losses.ts';
import { lossAndGradients } from '../support/plain/network.ts';

const ROWS = 13;
const x = Array.from({ length: ROWS }, (_, r) =>
  [Math.sin(r), Math.cos(2 * r), Math.sin(3 * r)].map(Math.fround),
);
const labels = x.map(([a, b]) => (a > 0.3 ? 2 : b > 0 ? 1 : 0));
const oneHot = labels.map((label) => [0, 1, 2].map((j) => Number(j === label)));
const loss = 'sparseCategoricalCrossentropy';

const norm = (values: Iterable<number>) => Math.hypot(...values);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', { concurrent: true }, (backend) => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = await createRuntime({ backend });
  });

  afterAll(() => runtime.dispose());

  function build(layers: Layer[], compile: Partial<CompileOptions> = {}): Sequential {
    const model = sequential({ seed: 6, layers });
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss, runtime, ...compile });
    return model;
  }

  /** Each layer's part of how far the weights are apart, but for those that follow the batches by themselves. */
  function distances(one: readonly Weight[], other: readonly Weight[]): number[] {
    const squares: Record<string, number> = {};
    for (const [i, { name, data }] of one.entries()) {
      if (/moving/.test(name)) continue;
      const [layer] = name.split('/');
      squares[layer] ??= 0;
      for (const [j, value] of data.entries()) squares[layer] += (value - other[i].data[j]) ** 2;
    }
    return Object.values(squares).map(Math.sqrt);
  }

  function expectNorms(layers: readonly LayerGradient[], wanted: readonly number[], digits: number): void {
    expect(layers).toHaveLength(wanted.length);
    for (const [l, layer] of layers.entries()) expect(layer.norm / wanted[l]).toBeCloseTo(1, digits);
  }

  test('is what plain loops find, in layers of every kind of activation', async () => {
    const model = build([
      dense({ units: 6, activation: 'relu', inputShape: [3] }),
      dense({ units: 5, activation: 'sigmoid' }),
      dense({ units: 4, activation: 'hardSigmoid' }),
      dense({ units: 3 }),
      activation({ activation: 'softplus' }),
      dense({ units: 3, activation: 'softmax' }),
    ]);
    // Units that are off, at either end, or nearly there.
    const biases = [
      [-50, 0, 0.3, -40, 0, 0.5],
      [7, 0, -8, -0.5, 3],
      [9, -9, 0, 1],
      [-8, -9, 0],
      [0, 0, 0],
    ];
    const given = (await model.getWeights()).map(({ data }, i) =>
      Float64Array.from(i % 2 ? biases[(i - 1) / 2] : data),
    );
    await model.setWeights(given.map((data) => ({ data })));
    const stats = await model.gradientStats(x, labels);

    const functions: RowFunction[] = [leakyRelu(0), sigmoid, hardSigmoid(1 / 6, 0.5), softplus, softmax];
    const layers = functions.map((f, l) => ({
      inputs: [3, 6, 5, 4, 3][l],
      units: biases[l].length,
      activation: f,
    }));
    const problem = { layers, loss: crossEntropy };
    const { gradients } = lossAndGradients(problem, given, x, oneHot);
    const rows = x.map((row, r) => lossAndGradients(problem, given, [row], [oneHot[r]]).gradients);
    expect(stats.map(({ name }) => name)).toEqual(['dense', 'dense_1', 'dense_2', 'dense_3', 'dense_4']);
    expectNorms(
      stats,
      layers.map((_, l) => norm([...gradients[2 * l], ...gradients[2 * l + 1]])),
      5,
    );
    for (const [l, { meanDelta }] of stats.entries()) {
      // The bias's gradient by one row is the row's δ.
      const deltas = rows.flatMap((own) => [...own[2 * l + 1]].map(Math.abs));
      expect(meanDelta / mean(deltas)).toBeCloseTo(1, 5);
    }
    const shares = (key: 'dead' | 'saturated') => stats.map((layer) => Math.round(layer[key] * 60));
    // 2 of 6 relus are off; both ends of the hard sigmoid have no slope.
    expect(shares('dead')).toEqual([20, 0, 30, 0, 0]);
    // Sigmoids around 7 and −8; softplus at −8 and −9.
    expect(shares('saturated')).toEqual([0, 24, 0, 40, 0]);
  });

  test('is what moves the weights in the next step: with dropout, noise, penalties and weights of rows', async () => {
    const kernelRegularizer = l1l2({ l1: 0.01, l2: 0.02 });
    const model = build([
      gaussianNoise({ stddev: 0.1, inputShape: [3] }),
      dense({ units: 8, activation: 'tanh', kernelRegularizer }),
      dropout({ rate: 0.4 }),
      dense({ units: 6, useBias: false }),
      batchNormalization({ scale: false }),
      activation({ activation: 'swish' }),
      layerNormalization(),
      dense({ units: 3, activation: 'softmax', kernelRegularizer }),
    ]);
    const seen: Weight[][] = [];
    const stats = gradientStats({ log: () => {} });
    await model.fit(x, labels, {
      ...{ epochs: 3, batchSize: ROWS, shuffle: false },
      sampleWeight: x.map((_, r) => r % 3),
      callbacks: [stats, { onEpochEnd: async () => void seen.push(await model.getWeights()) }],
    });
    for (const epoch of [0, 1]) {
      const moved = distances(seen[epoch], seen[epoch + 1]).map((distance) => distance / 0.1);
      expectNorms(stats.history[epoch].layers, moved, 3);
    }
  });

  test('is that of the first batch’s rows as they come, from before any clipping', async () => {
    const layers = () => [
      dense({ units: 4, activation: 'relu', inputShape: [3] }),
      dense({ units: 3, activation: 'softmax' }),
    ];
    const [clipped, plain] = [build(layers(), { clipNorm: 1e-3, clipValue: 1e-4 }), build(layers())];
    const trainer = await clipped.trainer(x, labels, { batchSize: 5 });
    const expectSame = async () => {
      const [seen, wanted] = [
        await trainer.gradientStats(),
        await plain.gradientStats(x.slice(0, 5), labels.slice(0, 5)),
      ];
      expectNorms(
        seen,
        wanted.map((layer) => layer.norm),
        6,
      );
      expect(seen.map(({ dead }) => dead)).toEqual(wanted.map(({ dead }) => dead));
    };
    await expectSame();
    await trainer.run(7);
    await plain.setWeights(await clipped.getWeights());
    await expectSame();
    trainer.dispose();
  });

  test('is found without a trace', async () => {
    const own = await createRuntime({ backend });
    const layers = () => [
      dense({ units: 8, activation: 'tanh', inputShape: [3] }),
      batchNormalization(),
      dropout({ rate: 0.4 }),
      dense({ units: 3, activation: 'softmax' }),
    ];
    const optimizer = adam({ learningRate: 0.01 });
    const [watched, alone] = [build(layers(), { runtime: own, optimizer }), build(layers(), { optimizer })];
    const { history } = await alone.fit(x, labels, { epochs: 5, batchSize: 4 });
    await watched.gradientStats(x, labels);
    const { buffers } = own.memory();
    const stats = gradientStats({ every: 2, log: () => {} });
    const run = await watched.fit(x, labels, { epochs: 5, batchSize: 4, callbacks: [stats] });
    expect(run.history).toEqual(history);
    expect(await watched.getWeights()).toEqual(await alone.getWeights());
    expect(stats.history.map(({ epoch }) => epoch)).toEqual([0, 2, 4]);
    expect(own.memory().buffers).toBe(buffers + 3); // the moments

    await watched.fit(x, labels, { callbacks: stats });
    expect(stats.history.map(({ epoch }) => epoch)).toEqual([0]);
    own.dispose();
  });

  test('vanishes in ten layers of sigmoids, and not in ten of relu with what He et al. start from', async () => {
    const deep = (name: 'sigmoid' | 'relu', kernelInitializer: 'glorotUniform' | 'heUniform') =>
      build([
        dense({ units: 16, activation: name, kernelInitializer, inputShape: [3] }),
        ...Array.from({ length: 8 }, () => dense({ units: 16, activation: name, kernelInitializer })),
        dense({ units: 3, activation: 'softmax' }),
      ]).gradientStats(x, labels);
    const share = (layers: readonly LayerGradient[]) => layers[0].meanDelta / layers[8].meanDelta;
    expect(share(await deep('sigmoid', 'glorotUniform'))).toBeLessThan(4 ** -8);
    expect(share(await deep('relu', 'heUniform'))).toBeGreaterThan(0.1);
  });
});

test('is printed as a table', async () => {
  const runtime = await createRuntime({ backend: 'reference' });
  const layer = dense({
    units: 2,
    inputShape: [1],
    kernelInitializer: 'ones',
    name: 'only',
    activation: 'relu',
  });
  const model = sequential({ layers: [layer] });
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'halfSquaredError', runtime });
  // y = (2, 2); the second unit's bias turns it off. δ = 2 − 0.5; ∂E/∂w = 2 · 1.5, ∂E/∂b = 1.5: ‖(3, 1.5)‖ = 3.354.
  await model.setWeights([{ data: [1, 1] }, { data: [0, -3] }]);
  const tables: string[] = [];
  const stats = gradientStats({ log: (table) => tables.push(table) });
  await model.fit([[2]], [[0.5, 0]], { callbacks: stats });
  expect(tables).toEqual([
    [
      'epoch 1',
      'layer  gradient norm  mean |δ|  dead  saturated',
      '─────  ─────────────  ────────  ────  ─────────',
      'only   3.35e+0        7.50e-1   50 %  0 %',
    ].join('\n'),
  ]);
});
