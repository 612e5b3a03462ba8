/** What is there against overfitting, by its effect on training, on WebGPU and on the reference. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createRuntime,
  dense,
  dropout,
  earlyStopping,
  gaussianNoise,
  type Layer,
  l1l2,
  type Runtime,
  reduceLROnPlateau,
  sequential,
  sgd,
} from '../../src/index.ts';

const x = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i + 1)]);
const labels = x.map(([a, b, c]) => (a + b > 0 ? 0 : c > 0 ? 1 : 2));

describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', (backend) => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = await createRuntime({ backend });
  });

  afterAll(() => runtime.dispose());

  function classifier(between: Layer[] = [], seed = 3) {
    const layers = [
      dense({ units: 16, activation: 'tanh', inputShape: [3] }),
      ...between,
      dense({ units: 3, activation: 'softmax' }),
    ];
    const model = sequential({ seed, layers });
    model.compile({
      optimizer: sgd({ learningRate: 0.5 }),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
      runtime,
    });
    return model;
  }

  const train = async (between: Layer[], seed?: number) => {
    const { steps } = await classifier(between, seed).fit(x, labels, {
      epochs: 5,
      batchSize: 8,
      recordSteps: true,
    });
    return steps;
  };

  test('dropout and noise follow from the seed, and change from step to step', async () => {
    for (const layer of [dropout({ rate: 0.5 }), gaussianNoise({ stddev: 0.5 })]) {
      const first = await train([layer]);
      expect(await train([layer])).toEqual(first);
      expect(await train([layer], 4)).not.toEqual(first);
      expect(await train([])).not.toEqual(first);
    }
    const still = classifier([dropout({ rate: 0.5 })]);
    still.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'sparseCategoricalCrossentropy', runtime });
    const { steps = [] } = await still.fit(x, labels, { epochs: 6, batchSize: 24, recordSteps: true });
    expect(new Set(steps.map((loss) => loss.toFixed(5))).size).toBe(6);
  });

  test('dropout of rate 0 changes nothing, and inference drops nothing', async () => {
    expect(await train([dropout({ rate: 0 })])).toEqual(await train([]));
    const plain = classifier();
    const dropping = classifier([dropout({ rate: 0.9 })]);
    await dropping.setWeights((await plain.getWeights()).map(({ data }) => ({ data })));
    expect(await dropping.predict(x)).toEqual(await plain.predict(x));
    expect(await dropping.evaluate(x, labels)).toEqual(await plain.evaluate(x, labels));
  });

  test('dropout keeps the mean, whatever the rate', async () => {
    for (const rate of [0.25, 0.9]) {
      const model = sequential({
        layers: [dropout({ rate, inputShape: [2000] }), dense({ units: 1, kernelInitializer: 'ones' })],
      });
      model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'meanAbsoluteError', runtime });
      const ones = new Float32Array(64 * 2000).fill(1);
      const { loss } = await model.trainOnBatch(ones, new Float32Array(64));
      // 2000 terms of mean 1; four standard deviations of the mean of 64 such sums.
      const deviation = Math.sqrt((2000 * rate) / (1 - rate) / 64);
      expect(Math.abs(loss - 2000)).toBeLessThan(4 * deviation);
    }
  });

  test('a penalty is in the reported loss of training, and makes the kernel smaller', async () => {
    const layer = (kernelRegularizer?: ReturnType<typeof l1l2>) =>
      sequential({ seed: 1, layers: [dense({ units: 2, inputShape: [3], kernelRegularizer })] });
    const penalised = layer(l1l2({ l1: 0.1, l2: 0.2 }));
    const plain = layer();
    const [kernel] = await plain.getWeights();
    for (const model of [penalised, plain]) {
      model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'meanSquaredError', runtime });
    }
    const y = x.map(([a, b]) => [a, b]);
    const losses = [await penalised.trainOnBatch(x, y), await plain.trainOnBatch(x, y)].map(
      ({ loss }) => loss,
    );
    const penalty = kernel.data.reduce((sum, w) => sum + 0.1 * Math.abs(w) + 0.2 * w * w, 0);
    expect(losses[0] - losses[1]).toBeCloseTo(penalty, 5);
    const size = async (model: typeof plain) => Math.hypot(...(await model.getWeights())[0].data);
    expect(await size(penalised)).toBeLessThan(await size(plain));
  });

  test('a weight of 0 leaves a row out, a class weight is a weight for each of its rows', async () => {
    const weights = labels.map((label) => (label === 1 ? 0 : label === 2 ? 3 : 1));
    const options = { epochs: 3, batchSize: 24, shuffle: false, recordSteps: true };
    const bySample = await classifier().fit(x, labels, { ...options, sampleWeight: weights });
    const byClass = await classifier().fit(x, labels, { ...options, classWeight: { 1: 0, 2: 3 } });
    expect(byClass.steps).toEqual(bySample.steps);

    const kept = x.filter((_, i) => labels[i] !== 1);
    const keptLabels = labels.filter((label) => label !== 1);
    const without = classifier();
    const keptWeights = keptLabels.map((label) => (label === 2 ? 3 : 1));
    const alone = await without.fit(kept, keptLabels, { ...options, epochs: 1, sampleWeight: keptWeights });
    // The mean is over all rows, those of weight 0 among them.
    expect(bySample.steps?.[0]).toBeCloseTo(((alone.steps?.[0] ?? 0) * kept.length) / x.length, 5);
  });

  test('early stopping ends the training, with the weights of the best epoch', async () => {
    const model = classifier();
    const seen: { loss: number; kernel: Float32Array }[] = [];
    const watch = {
      onEpochEnd: async (_epoch: number, logs: Record<string, number>) => {
        seen.push({ loss: logs.val_loss, kernel: (await model.getWeights())[0].data });
      },
    };
    const stop = earlyStopping({ monitor: 'val_loss', patience: 2, restoreBestWeights: true });
    // Labels turned round: what is learned from x makes these worse.
    const validationData: [number[][], number[]] = [x, labels.map((label) => 2 - label)];
    const { epoch } = await model.fit(x, labels, { epochs: 50, validationData, callbacks: [watch, stop] });
    expect(epoch.length).toBeLessThan(50);
    const best = seen.reduce((a, b) => (b.loss < a.loss ? b : a));
    expect(seen.indexOf(best)).toBe(epoch.length - 1 - 2);
    expect((await model.getWeights())[0].data).toEqual(best.kernel);
  });

  test('a plateau reduces the learning rate until nothing moves', async () => {
    const model = classifier();
    const reduce = reduceLROnPlateau({ monitor: 'loss', factor: 0, patience: 1, minDelta: 1e9 });
    await model.fit(x, labels, { epochs: 3, callbacks: reduce });
    expect(model.learningRateFactor).toBe(0);
    const before = await model.getWeights();
    await model.trainOnBatch(x, labels);
    expect(await model.getWeights()).toEqual(before);
  });

  test('a monitored number that is not there is named, and the model stays usable', async () => {
    const model = classifier();
    const fit = model.fit(x, labels, { epochs: 2, callbacks: earlyStopping({ monitor: 'val_loss' }) });
    await expect(fit).rejects.toThrow("monitor: got 'val_loss', expected one of loss, accuracy");
    await expect(model.fit(x, labels)).resolves.toBeDefined();
  });
});
