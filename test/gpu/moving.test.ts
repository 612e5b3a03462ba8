/** A model that moves to another runtime trains on as if it had stayed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adam,
  batchNormalization,
  createRuntime,
  dense,
  dropout,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
} from '../../src/index.ts';

const rows = 20;
const x = Float32Array.from({ length: 3 * rows }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: rows }, (_, i) => Math.cos(i));
const epochs = (count: number) => ({ epochs: count, batchSize: 8 });

/** One of each thing that outlives a step: parameters, moving statistics, moments, averages, counters. */
function build(runtime: Runtime): Sequential {
  const model = sequential({
    layers: [
      dense({ units: 5, activation: 'tanh', inputShape: [3] }),
      batchNormalization(),
      dropout({ rate: 0.2 }),
      dense({ units: 1 }),
    ],
  });
  const optimizer = adam({ learningRate: 0.05, useEma: true });
  model.compile({ optimizer, loss: 'meanSquaredError', runtime });
  return model;
}

const weightsOf = async (model: Sequential) =>
  (await model.getWeights()).flatMap(({ data }) => Array.from(data));

// All at once: in Firefox a test mostly waits.
describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', { concurrent: true }, (backend) => {
  let here: Runtime;
  let there: Runtime;

  beforeAll(async () => {
    [here, there] = [await createRuntime({ backend }), await createRuntime({ backend })];
  });

  afterAll(() => {
    here.dispose();
    there.dispose();
  });

  test('to the bit: moments, averages, statistics, and the steps and epochs counted', async () => {
    const [moved, stayed] = [build(here), build(here)];
    const other = await createRuntime({ backend });
    await moved.fit(x, y, epochs(2));
    await moved.moveTo(other);
    expect(other.memory().buffers).toBeGreaterThan(0);
    const { history } = await moved.fit(x, y, epochs(3));
    await moved.moveTo(here);
    expect(other.memory()).toEqual({ buffers: 0, bytes: 0 });
    other.dispose();
    await moved.fit(x, y, epochs(1));

    await stayed.fit(x, y, epochs(2));
    expect(history).toEqual((await stayed.fit(x, y, epochs(3))).history);
    await stayed.fit(x, y, epochs(1));
    expect(await weightsOf(moved)).toEqual(await weightsOf(stayed));
  });

  test('between steps of one batch', async () => {
    const [moved, stayed] = [build(here), build(here)];
    for (const model of [moved, stayed]) await model.trainOnBatch(x, y);
    await moved.moveTo(there);
    expect(await moved.trainOnBatch(x, y)).toEqual(await stayed.trainOnBatch(x, y));
  });

  test('after compiling for another runtime, with weights alone', async () => {
    const [moved, stayed] = [build(here), build(here)];
    for (const [model, runtime] of [
      [moved, there],
      [stayed, here],
    ] as const) {
      await model.fit(x, y, epochs(2));
      model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime });
      await model.fit(x, y, epochs(1));
    }
    expect(await weightsOf(moved)).toEqual(await weightsOf(stayed));
  });

  test('once who looks at it has looked', async () => {
    const [moved, stayed] = [build(here), build(here)];
    const [prediction] = await Promise.all([moved.predict(x, { batchSize: 2 }), moved.moveTo(there)]);
    expect(prediction).toEqual(await stayed.predict(x, { batchSize: 2 }));
  });

  test('and a trainer from before says so', async () => {
    const model = build(here);
    const trainer = await model.trainer(x, y);
    await trainer.run(1);
    await model.moveTo(there);
    await expect(trainer.run(1)).rejects.toThrow('the model has moved since');
    trainer.dispose();
    await (await model.trainer(x, y)).run(1);
  });

  test('and stays where it is when it cannot', async () => {
    const [model, same] = [build(here), build(here)];
    const gone = await createRuntime({ backend });
    gone.dispose();
    await model.fit(x, y, epochs(1));
    await expect(model.moveTo(gone)).rejects.toThrow('runtime has been disposed of');
    await expect(model.moveTo(undefined as unknown as Runtime)).rejects.toThrow('runtime: got undefined');
    await model.fit(x, y, epochs(1));
    for (let i = 0; i < 2; i++) await same.fit(x, y, epochs(1));
    expect(await weightsOf(model)).toEqual(await weightsOf(same));
  });
});

test('from one backend to the other and back, within rounding', async () => {
  const [gpu, reference] = [
    await createRuntime({ backend: 'webgpu' }),
    await createRuntime({ backend: 'reference' }),
  ];
  const [moved, stayed] = [build(gpu), build(gpu)];
  for (const runtime of [gpu, reference, gpu]) {
    await moved.moveTo(runtime);
    await moved.fit(x, y, epochs(2));
    await stayed.fit(x, y, epochs(2));
  }
  const wanted = await weightsOf(stayed);
  for (const [i, weight] of (await weightsOf(moved)).entries()) expect(weight).toBeCloseTo(wanted[i], 4);
  gpu.dispose();
  reference.dispose();
});
