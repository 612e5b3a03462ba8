/** Data that are more than is copied at a time. */
import { expect, test } from 'vitest';
import { createRuntime } from '../../src/index.ts';
import { upload } from '../../src/train/dataset.ts';

test.each(['webgpu', 'cpu', 'reference'] as const)('large data arrive whole on %s', async (backend) => {
  const runtime = await createRuntime({ backend });
  const { executor } = runtime;
  const count = 2 ** 21 + 3;
  const data = Float32Array.from({ length: count }, (_, i) => i);
  const tensor = executor.allocate({ name: 'x', shape: [count, 1], type: 'f32', role: 'data' });
  await upload(tensor, { data, count, width: 1 });
  const read = await tensor.read();
  expect(read.length).toBe(count);
  expect(read.findIndex((value, i) => value !== i)).toBe(-1);
  runtime.dispose();
});
