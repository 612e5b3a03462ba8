/** Which variant of a kernel a device gets. */
import { expect, test } from 'vitest';
import type { Buffers } from '../../src/gpu/buffers.ts';
import type { PipelineManager } from '../../src/gpu/pipelines.ts';
import { Tuner } from '../../src/gpu/tuner.ts';
import { formsFor } from '../../src/gpu/variants.ts';
import { denseForward } from '../../src/kernels/dense_forward.ts';
import { gatherRows } from '../../src/kernels/gather_rows.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import type { DeviceInfo } from '../../src/plan/executor.ts';
import { PlanBuilder } from '../../src/plan/plan.ts';

const software: DeviceInfo = {
  ...{ vendor: '', architecture: '', description: '' },
  isFallbackAdapter: true,
  features: ['subgroups'],
  limits: {},
};

/** The names of the kernels that run a gather and a dense layer with `K` inputs, and those that were proven. */
async function chosen(info: DeviceInfo, isRight: boolean, K = 64) {
  const builder = new PlanBuilder('test', 32, 1);
  for (const name of ['x', 'permutation', 'parameters', 'y']) builder.tensor(name, [1], 'data');
  const data = { data: 'x', permutation: 'permutation', batch: 'y' };
  builder.call(gatherRows, data, { M: 32, WIDTH: K });
  const tensors = { x: 'x', permutation: 'permutation', parameters: 'parameters', y: 'y' };
  builder.call(denseForward, tensors, { M: 32, N: 64, K });
  builder.call(denseForward, tensors, { M: 32, N: 64, K });
  const proven: string[] = [];
  const prove = async ({ shader }: Kernel) => {
    proven.push(shader.name);
    return isRight;
  };
  // Nothing is compiled nor run to choose by expectation.
  const parts = [{} as GPUDevice, {} as Buffers, {} as PipelineManager, info] as const;
  const { calls } = await new Tuner(...parts, prove, { budget: 0, anyOrder: false }).applyTo(builder.build());
  return { names: calls.map(({ kernel }) => kernel.shader.name), proven };
}

test('a software adapter gets quads, proven once', async () => {
  expect(await chosen(software, true)).toEqual({
    names: ['gather_rows', 'dense_forward, quads_4', 'dense_forward, quads_4'],
    proven: ['dense_forward, quads_4'],
  });
});

const plain = ['gather_rows', 'dense_forward', 'dense_forward'];

test('a variant that the device gets wrong is not used', async () => {
  expect((await chosen(software, false)).names).toEqual(plain);
});

test('nor is one that the device lacks a feature for', async () => {
  expect(await chosen({ ...software, features: [] }, true)).toEqual({
    names: ['gather_rows', 'dense_forward, vectors', 'dense_forward, vectors'],
    proven: ['dense_forward, vectors'],
  });
});

test('a GPU gets tiles in workgroup memory', async () => {
  const { names } = await chosen({ ...software, isFallbackAdapter: false }, true);
  expect(names).toEqual(['gather_rows', 'dense_forward, tiles_4', 'dense_forward, tiles_4']);
});

test('variants that add up in another order have to be asked for', () => {
  const call = { kernel: denseForward as unknown as Kernel, tensors: {}, constants: { M: 32, N: 64, K: 64 } };
  const names = (anyOrder: boolean) => formsFor(call, software, anyOrder).map(({ name }) => name);
  expect(names(false)).toEqual(['quads_4', 'vectors', 'registers', 'quads_8']);
  expect(names(true)).toEqual(['quads_4', 'vectors', 'registers', 'quads_8', 'split']);
});

test('a software adapter starts with the slowly compiled one where the product is large', () => {
  const call = (M: number) => ({
    ...{ kernel: denseForward as unknown as Kernel, tensors: {} },
    constants: { M, N: 1024, K: 784 },
  });
  const names = (M: number) => formsFor(call(M), software).map(({ name }) => name);
  expect(names(256)).toEqual(['quads_8', 'quads_4', 'vectors', 'registers']);
  expect(names(32)).toEqual(['quads_4', 'vectors', 'registers', 'quads_8']);
});

test('nor for a product too small to be worth its compilation', async () => {
  expect(await chosen(software, true, 2)).toEqual({ names: plain, proven: [] });
});
