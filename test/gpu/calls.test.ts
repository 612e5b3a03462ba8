/** What training asks of the device: nothing new once it runs, few submissions, and its memory back at the end. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CallCounter } from '../../demo/bench/countCalls.ts';
import {
  adam,
  createRuntime,
  dense,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
} from '../../src/index.ts';
import { requestOwnDevice } from '../support/device.ts';

let device: GPUDevice;
let calls: CallCounter;
let runtime: Runtime;

beforeEach(async () => {
  device = await requestOwnDevice();
  calls = new CallCounter();
  runtime = await createRuntime({ device });
});

afterEach(() => {
  calls.stop();
  runtime.dispose();
  device.destroy();
});

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1, 0];

function xorModel(): Sequential {
  const model = sequential({
    seed: 3,
    layers: [
      dense({ units: 8, activation: 'tanh', inputShape: [2] }),
      dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'meanSquaredError', runtime });
  return model;
}

function classifier(): { model: Sequential; x: Float32Array; y: Float32Array } {
  const model = sequential({
    layers: [
      dense({ units: 12, activation: 'relu', inputShape: [6] }),
      dense({ units: 9, activation: { name: 'scaledSigmoid', a: 2, b: 1 } }),
      dense({ units: 7, activation: 'tanh', useBias: false }),
      dense({ units: 5, activation: 'softmax' }),
    ],
  });
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', runtime });
  const rows = Float32Array.from({ length: 6 * 50 }, (_, i) => Math.sin(i));
  return { model, x: rows, y: Float32Array.from({ length: 50 }, (_, i) => i % 5) };
}

describe('after the first chunks', () => {
  test('xor runs thousands of steps with nothing created, many to a dispatch', async () => {
    const trainer = await xorModel().trainer(x, y, { batchSize: 4 });
    const steps = 4000;
    // Until it is known how training goes fastest, which a busy machine finds out later.
    await expect
      .poll(
        async () => {
          calls.reset();
          await trainer.run(steps);
          return { created: calls.created, few: calls.of('dispatchWorkgroups') <= 0.05 * steps };
        },
        { timeout: 10_000 },
      )
      .toEqual({ created: [], few: true });

    expect(calls.of('submit')).toBeGreaterThan(0);
    expect(calls.of('submit') / steps).toBeLessThanOrEqual(0.05);
    expect(calls.of('mapAsync')).toBeLessThanOrEqual(calls.of('submit'));
    trainer.dispose();
  });

  test('a deeper network needs at most three dispatches a dense layer, short last batches and all', async () => {
    const { model, x, y } = classifier();
    const trainer = await model.trainer(x, y, { batchSize: 16 });
    await trainer.run(10);
    calls.reset();

    const steps = 60;
    await trainer.run(steps);

    expect(calls.created).toEqual([]);
    expect(calls.of('dispatchWorkgroups') / steps).toBeLessThanOrEqual(4 * 3);
    expect(calls.of('mapAsync')).toBeLessThanOrEqual(calls.of('submit'));
    trainer.dispose();
  });

  test('trainOnBatch of as many rows again creates nothing', async () => {
    const model = xorModel();
    await model.trainOnBatch(x, y);
    await model.trainOnBatch(x, y);
    calls.reset();
    await model.trainOnBatch(x, y);
    expect(calls.created).toEqual([]);
    expect(calls.of('submit')).toBe(1);
  });

  test('predict of as many rows again creates a copy to read back, and nothing else', async () => {
    const { model, x } = classifier();
    const first = await model.predict(x);
    calls.reset();
    expect(await model.predict(x)).toEqual(first);
    expect(calls.created).toEqual(['createBuffer']);
    expect(calls.of('createBuffer')).toBe(1);
  });

  test('validation is on its way before the results of the last step are back', async () => {
    let submitted = 0;
    const onBatchEnd = () => {
      submitted = calls.of('submit');
    };
    await xorModel().fit(x, y, { validationData: [x, y], callbacks: { onBatchEnd } });
    expect(submitted).toBe(2);
  });

  test('a second fit compiles nothing', async () => {
    const model = xorModel();
    await model.fit(x, y, { epochs: 5 });
    calls.reset();
    await model.fit(x, y, { epochs: 5 });
    expect(calls.created.filter((name) => /Pipeline|Shader/.test(name))).toEqual([]);
  });
});

describe('memory', () => {
  test('goes back to nothing when trainer and model are disposed of', async () => {
    expect(runtime.memory()).toEqual({ buffers: 0, bytes: 0 });
    const model = xorModel();
    await model.getWeights();
    const resting = runtime.memory();
    expect(resting.bytes).toBe(4 * (3 * 8 + 9 * 1));

    const trainer = await model.trainer(x, y);
    await trainer.run(10);
    expect(runtime.memory().bytes).toBeGreaterThan(resting.bytes);
    trainer.dispose();
    const withMoments = runtime.memory();
    expect(withMoments.bytes).toBe(3 * resting.bytes);

    model.dispose();
    await expect.poll(() => runtime.memory()).toEqual({ buffers: 0, bytes: 0 });
    expect(calls.of('createBuffer')).toBe(calls.of('destroy'));
  });

  test('stays the same over repeated fit, evaluate, predict and trainOnBatch', {
    timeout: 60_000,
  }, async () => {
    const { model, x, y } = classifier();
    const round = async () => {
      await model.fit(x, y, { batchSize: 32, validationSplit: 0.2 });
      await model.evaluate(x, y, { batchSize: 27 });
      await model.predict(x, { batchSize: 31 });
      await model.trainOnBatch(x, y);
      return runtime.memory();
    };
    const first = await round();
    for (let i = 0; i < 2; i++) expect(await round()).toEqual(first);
  });

  test('of two models is independent', async () => {
    const [one, other] = [xorModel(), xorModel()];
    await Promise.all([one.trainOnBatch(x, y), other.trainOnBatch(x, y)]);
    const both = runtime.memory().bytes;
    one.dispose();
    await expect.poll(() => runtime.memory().bytes).toBe(both / 2);
    await other.trainOnBatch(x, y);
    expect(runtime.memory().bytes).toBe(both / 2);
  });
});
