/** The moving average of the weights, against a plain loop in float64, and when it takes the weights' place. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adam,
  batchNormalization,
  type CompileOptions,
  createRuntime,
  type DenseOptions,
  dense,
  type Optimizer,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
} from '../../src/index.ts';
import { buildNetwork, denseLayers } from '../../src/model/network.ts';
import { initialContents } from '../../src/model/parameters.ts';
import { PlainNetwork, type Update } from '../support/plainNetwork.ts';
import { torchAdam, torchSgd } from '../support/torchOptimizers.ts';

const ROWS = 21;
const EPOCHS = 12;
/** 21 rows are three steps an epoch, the last one short. */
const BATCH = 8;
const SEED = 3;

const x = Array.from({ length: ROWS }, (_, r) => [Math.fround(Math.sin(r)), Math.fround(Math.cos(2 * r))]);
const y = x.map(([a, b]) => [Math.fround(a * b)]);
const layers: (DenseOptions & { activation: 'tanh' | 'linear' })[] = [
  { units: 5, activation: 'tanh', inputShape: [2] },
  { units: 1, activation: 'linear' },
];
const options = { epochs: EPOCHS, batchSize: BATCH, shuffle: false };

/** Kernels and biases after every step of the same training in plain loops. */
function plainWeights(update: Update): number[][] {
  const network = buildNetwork(layers.map(dense), SEED);
  const contents = initialContents(network);
  const parameters = denseLayers(network).map((layer) => {
    const all = Float64Array.from(contents.get(`${layer.name}/parameters`)!);
    return {
      kernel: all.slice(0, layer.inputs * layer.units),
      bias: all.slice(layer.inputs * layer.units),
    };
  });
  const plainLayers = denseLayers(network).map(({ inputs, units }, l) => ({
    inputs,
    units,
    activation: layers[l].activation,
  }));
  const plain = new PlainNetwork(plainLayers, parameters, 'meanSquaredError');
  const weights: number[][] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let at = 0; at < ROWS; at += BATCH) {
      plain.train(x.slice(at, at + BATCH), y.slice(at, at + BATCH), update);
      weights.push(parameters.flatMap(({ kernel, bias }) => [...kernel, ...bias]));
    }
  }
  return weights;
}

/** a ← m a + (1 − m) w over the steps, from the first step's weights on. */
const averageOf = ([first, ...others]: number[][], m: number) =>
  others.reduce((average, weights) => average.map((a, i) => m * a + (1 - m) * weights[i]), first);

const weightsOf = async (model: Sequential) => (await model.getWeights()).flatMap(({ data }) => [...data]);

describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', { concurrent: true }, (backend) => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = await createRuntime({ backend });
  });

  afterAll(() => runtime.dispose());

  function build(optimizer: Optimizer, compile: Partial<CompileOptions> = {}): Sequential {
    const model = sequential({ seed: SEED, layers: layers.map(dense) });
    model.compile({ optimizer, loss: 'meanSquaredError', runtime, ...compile });
    return model;
  }

  const averaging = { useEma: true, emaMomentum: 0.9 };
  // Clipping by a norm that no gradient has: with an average and without, by the same kernels.
  const byLayers = { clipNorm: 1e6 };
  const averaged = (compile?: Partial<CompileOptions>) =>
    build(sgd({ learningRate: 0.1, ...averaging }), { ...byLayers, ...compile });
  const raw = () => build(sgd({ learningRate: 0.1 }), byLayers);

  function expectClose(actual: number[], wanted: number[]): void {
    expect(actual).toHaveLength(wanted.length);
    for (const [i, value] of wanted.entries()) expect(actual[i]).toBeCloseTo(value, 6);
  }

  // Clipping by a norm that no gradient has: the same training, by the plan of single formulas.
  test.each([
    ['fused', undefined],
    ['unfused', 1e6],
  ])('the weights after fit are the plain loop’s average, %s', async (_label, clipNorm) => {
    for (const momentum of [0.99, 0.9, 0]) {
      const settings = { useEma: true, emaMomentum: momentum };
      const bySgd = build(sgd({ learningRate: 0.1, momentum: 0.8, ...settings }), { clipNorm });
      await bySgd.fit(x, y, options);
      const plainSgd = plainWeights(torchSgd({ lr: 0.1, momentum: 0.8 }));
      expectClose(await weightsOf(bySgd), averageOf(plainSgd, momentum));
    }
    const byAdam = build(adam({ learningRate: 0.01, useEma: true }), { clipNorm });
    await byAdam.fit(x, y, options);
    expectClose(await weightsOf(byAdam), averageOf(plainWeights(torchAdam({ lr: 0.01 })), 0.99));
  });

  test('the weights after fit are those of Keras’s own test', async () => {
    // keras/src/optimizers/optimizer_test.py, test_ema_with_model_fit: 1 → 0.9 → 0.81, averaged 0.891.
    const layer = dense({ units: 2, inputShape: [1], useBias: false, kernelInitializer: 'ones' });
    const model = sequential({ layers: [layer] });
    const optimizer = sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.9 });
    model.compile({ optimizer, loss: 'meanSquaredError', runtime });
    await model.fit([[1]], [[0, 0]], { batchSize: 1, epochs: 2 });
    expectClose(await weightsOf(model), [0.891, 0.891]);
  });

  test('until the end, training and validation go by the weights themselves', async () => {
    const [withAverage, without] = [averaged(), raw()];
    const seen: number[][] = [];
    const callbacks = {
      onEpochEnd: async (epoch: number) => {
        if (epoch === EPOCHS - 1) seen.push(await weightsOf(withAverage));
      },
      onTrainEnd: async () => void seen.push(await weightsOf(withAverage)),
    };
    const validationData = [x.slice(3, 9), y.slice(3, 9)] as const;
    const { history } = await withAverage.fit(x, y, { ...options, validationData, callbacks });
    expect((await without.fit(x, y, { ...options, validationData })).history).toEqual(history);
    const [lastEpoch, trainEnd] = seen;
    expect(lastEpoch).toEqual(await weightsOf(without));
    expect(trainEnd).toEqual(await weightsOf(withAverage));
    expect(trainEnd).not.toEqual(lastEpoch);
  });

  test('a trainer and single batches leave the weights as they are, until asked', async () => {
    const [byHand, byBatch, byFit, without] = [averaged(), averaged(), averaged(), raw()];
    const whole = { batchSize: ROWS, shuffle: false };
    await byHand.applyAverage(); // before the first step there is none
    const trainer = await byHand.trainer(x, y, whole);
    await byHand.applyAverage();
    await trainer.run(4);
    for (let i = 0; i < 4; i++) await byBatch.trainOnBatch(x, y);
    await without.fit(x, y, { ...whole, epochs: 4 });
    expect(await weightsOf(byHand)).toEqual(await weightsOf(without));
    expect(await weightsOf(byBatch)).toEqual(await weightsOf(without));

    await byFit.fit(x, y, { ...whole, epochs: 4 });
    await byHand.applyAverage();
    await byBatch.applyAverage();
    trainer.dispose();
    expect(await weightsOf(byHand)).toEqual(await weightsOf(byFit));
    expect(await weightsOf(byBatch)).toEqual(await weightsOf(byFit));
  });

  test('a second fit goes on with the average, a new compile begins another', async () => {
    const model = averaged();
    await model.fit(x, y, { ...options, epochs: 2 });
    const average = await weightsOf(model);
    const kernels = await model.getWeights();
    const setMoved = () =>
      model.setWeights(kernels.map(({ data }) => ({ data: data.map((value) => value + 1) })));
    // One step of rate 0 from other weights: the average moves a tenth of the way to them.
    model.learningRateFactor = 0;
    await setMoved();
    await model.fit(x, y, { batchSize: ROWS });
    expectClose(
      await weightsOf(model),
      average.map((value) => value + 0.1),
    );
    const optimizer = sgd({ learningRate: 0, ...averaging });
    model.compile({ optimizer, loss: 'meanSquaredError', runtime });
    await setMoved();
    await model.fit(x, y, { batchSize: ROWS });
    expectClose(
      await weightsOf(model),
      average.map((value) => value + 1),
    );
  });

  test('is of what the optimizer changes, to the bit', async () => {
    const normalized = (optimizer: Optimizer) => {
      const last = dense({ units: 1, learningRateScale: 0 });
      const normalization = batchNormalization({ scale: false });
      const model = sequential({ seed: SEED, layers: [dense(layers[0]), normalization, last] });
      model.compile({ optimizer, loss: 'meanSquaredError', runtime });
      return model;
    };
    const [average, without] = [
      normalized(sgd({ learningRate: 0.1, ...averaging })),
      normalized(sgd({ learningRate: 0.1 })),
    ];
    for (const model of [average, without]) await model.fit(x, y, options);
    const others = await without.getWeights();
    const same = (await average.getWeights()).map(({ name, data }, i) => [
      name,
      data.every((value, j) => value === others[i].data[j]),
    ]);
    expect(Object.fromEntries(same)).toEqual({
      'dense/kernel': false,
      'dense/bias': false,
      'batchNormalization/beta': false,
      'batchNormalization/moving_mean': true,
      'batchNormalization/moving_variance': true,
      'dense_1/kernel': true,
      'dense_1/bias': true,
    });
    // A gamma that is not there is 1, and its average is: else the outputs would differ.
    await without.setWeights(await average.getWeights());
    expectClose([...(await without.predict(x))], [...(await average.predict(x))]);
  });

  test('without useEma nothing is kept, and applyAverage changes nothing', async () => {
    const own = await createRuntime({ backend });
    const model = build(sgd({ learningRate: 0.1, emaMomentum: 0.5 }), { runtime: own });
    await model.fit(x, y, options);
    const { buffers } = own.memory();
    const weights = await weightsOf(model);
    await model.applyAverage();
    expect(await weightsOf(model)).toEqual(weights);
    model.compile({ optimizer: sgd(averaging), loss: 'meanSquaredError', runtime: own });
    await model.fit(x, y, options);
    expect(own.memory().buffers).toBe(buffers + layers.length);
    own.dispose();
  });
});
