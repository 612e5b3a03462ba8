/** Which variant of a kernel a device gets. */
import { expect, test } from 'vitest';
import { VariantChoice } from '../../src/gpu/variants.ts';
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
  const choice = new VariantChoice(info, async ({ shader }: Kernel) => {
    proven.push(shader.name);
    return isRight;
  });
  const { calls } = await choice.applyTo(builder.build());
  return { names: calls.map(({ kernel }) => kernel.shader.name), proven };
}

test('a software adapter gets quads, proven once', async () => {
  expect(await chosen(software, true)).toEqual({
    names: ['gather_rows', 'dense_forward, quads', 'dense_forward, quads'],
    proven: ['dense_forward, quads'],
  });
});

const plain = ['gather_rows', 'dense_forward', 'dense_forward'];

test('a variant that the device gets wrong is not used', async () => {
  expect((await chosen(software, false)).names).toEqual(plain);
});

test('nor is one that the device lacks a feature for, or on a GPU, where nothing is known of it', async () => {
  expect(await chosen({ ...software, features: [] }, true)).toEqual({ names: plain, proven: [] });
  expect(await chosen({ ...software, isFallbackAdapter: false }, true)).toEqual({ names: plain, proven: [] });
});

test('nor for a product too small to be worth its compilation', async () => {
  expect(await chosen(software, true, 2)).toEqual({ names: plain, proven: [] });
});
