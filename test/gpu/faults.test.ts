/** What goes wrong on a device is said clearly, ends what it must, and nothing else. */
import { expect, test } from 'vitest';
import { createRuntime, dense, type Runtime, type Sequential, sequential, sgd } from '../../src/index.ts';
import { denseForward } from '../../src/kernels/dense_forward.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import { runParityCase } from '../../src/runtime/parity.ts';
import { claimLimits, requestOwnDevice } from '../support/device.ts';

const rows = (count: number, width: number) =>
  Float32Array.from({ length: count * width }, (_, i) => Math.sin(i));

function linearModel(runtime: Runtime, inputs: number, learningRate = 0.01): Sequential {
  const model = sequential({ layers: [dense({ units: 1, inputShape: [inputs] })] });
  model.compile({ optimizer: sgd({ learningRate }), loss: 'meanSquaredError', runtime });
  return model;
}

/** What a device may be told to claim: room for a million numbers in a buffer. */
const SMALL = { maxBufferSize: 2 ** 22, maxStorageBufferBindingSize: 2 ** 22 };

test('fit on a device that is lost rejects, saying so', async () => {
  const device = await requestOwnDevice();
  const runtime = await createRuntime({ device });
  const model = linearModel(runtime, 20);
  const run = model.fit(rows(500, 20), rows(500, 1), {
    epochs: 1_000_000,
    callbacks: { onEpochEnd: (epoch) => void (epoch === 3 && device.destroy()) },
  });
  await expect(run).rejects.toThrow('the GPU device was lost (destroyed)');
  await expect(model.fit(rows(5, 20), rows(5, 1))).rejects.toThrow('the GPU device was lost');
});

test('a model moves from a lost device to another, with the weights that its user kept', async () => {
  const device = await requestOwnDevice();
  const runtime = await createRuntime({ device });
  const model = linearModel(runtime, 3);
  await model.fit(rows(10, 3), rows(10, 1));
  const weights = await model.getWeights();
  device.destroy();
  await device.lost;
  await expect(model.predict(rows(1, 3))).rejects.toThrow('the GPU device was lost');

  const other = await createRuntime({ backend: 'webgpu' });
  const moved = linearModel(other, 3);
  await moved.setWeights(weights);
  expect(await moved.getWeights()).toEqual(weights);
  await moved.fit(rows(10, 3), rows(10, 1));
  other.dispose();
});

test('data beyond the device’s limits are refused, and the device goes on working', async () => {
  const device = await requestOwnDevice();
  claimLimits(device, SMALL);
  const runtime = await createRuntime({ device });
  const model = linearModel(runtime, 64);
  const before = runtime.memory();
  await expect(model.fit(rows(20_000, 64), rows(20_000, 1))).rejects.toThrow(
    "x: got '20000 rows of 64 numbers', expected at most 16384 rows on this device",
  );
  const resting = await model.getWeights();
  expect(runtime.memory().bytes - before.bytes).toBe(4 * 65);
  const { history } = await model.fit(rows(100, 64), rows(100, 1), { epochs: 2 });
  expect(history.loss[1]).toBeLessThan(history.loss[0]);
  expect(await model.getWeights()).not.toEqual(resting);
  runtime.dispose();
  device.destroy();
});

test('evaluation and prediction of such data run in parts', async () => {
  const [x, y] = [rows(20_000, 64), rows(20_000, 1)];
  const results = await Promise.all(
    [SMALL, {}].map(async (limits) => {
      const device = await requestOwnDevice();
      claimLimits(device, limits);
      const model = linearModel(await createRuntime({ device }), 64);
      const result = { evaluation: await model.evaluate(x, y), prediction: await model.predict(x) };
      device.destroy();
      return result;
    }),
  );
  expect(results[0].prediction).toEqual(results[1].prediction);
  expect(results[0].evaluation.loss).toBeCloseTo(results[1].evaluation.loss, 6);
});

test('layers beyond the device’s limits are refused by name', async () => {
  const device = await requestOwnDevice();
  claimLimits(device, SMALL);
  const runtime = await createRuntime({ device });
  const model = sequential({ layers: [dense({ units: 1100, inputShape: [1100] })] });
  model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime });
  await expect(model.predict(rows(1, 1100))).rejects.toThrow(
    'dense/parameters needs a buffer of 4844400 bytes, where the device allows 4194304',
  );
  expect(runtime.memory()).toEqual({ buffers: 0, bytes: 0 });
  device.destroy();
});

test('a shader that does not compile is shown with its place, and the device goes on working', async () => {
  const device = await requestOwnDevice();
  const runtime = await createRuntime({ device });
  const kernel = denseForward as unknown as Kernel;
  const code = kernel.shader.code.replace('multiply(id.x', 'multiply(id.xq');
  const broken = { ...kernel, shader: { ...kernel.shader, code } };
  await expect(runParityCase(runtime.executor, broken, kernel.cases[0])).rejects.toThrow(
    /^shader dense_forward does not compile\nshaders\/dense_forward\.wgsl:\d+:\d+: error: .*\n {4}multiply\(id\.xq/s,
  );
  expect(await runParityCase(runtime.executor, kernel, kernel.cases[0])).toMatchObject({ passed: true });
  expect(runtime.memory()).toEqual({ buffers: 0, bytes: 0 });
  device.destroy();
});

test.each(['webgpu', 'cpu', 'reference'] as const)(
  'on %s a rate that is far too large ends in a loss that is not finite',
  async (backend) => {
    const runtime = await createRuntime({ backend });
    const model = linearModel(runtime, 4, 1e30);
    const { history } = await model.fit(rows(40, 4), rows(40, 1), { epochs: 40 });
    expect(history.loss).toHaveLength(40);
    expect(history.loss[0]).toBeGreaterThan(0);
    expect(history.loss.at(-1)).toBeNaN();
    expect((await model.predict(rows(1, 4)))[0]).toBeNaN();

    const weights = linearModel(runtime, 4);
    await model.setWeights(await weights.getWeights());
    expect((await model.evaluate(rows(40, 4), rows(40, 1))).loss).toBeLessThan(10);
    runtime.dispose();
  },
);
