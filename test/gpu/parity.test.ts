/** Every kernel against its float64 reference, on the browser's own WebGPU. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registry } from '../../src/kernels/registry.ts';
import { runParityCase } from '../../src/runtime/parity.ts';
import { createRuntime, type Runtime } from '../../src/runtime/runtime.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await createRuntime({ backend: 'webgpu' });
});

afterAll(() => runtime.dispose());

describe.each(registry.map((kernel) => [kernel.shader.name, kernel] as const))('%s', (_name, kernel) => {
  test('has cases', () => expect(kernel.cases.length).toBeGreaterThan(3));

  test('agrees with its reference', async () => {
    const results = await Promise.all(
      kernel.cases.map((parityCase) => runParityCase(runtime.executor, kernel, parityCase)),
    );
    const failures = results
      .filter(({ passed }) => !passed)
      .map(({ label, message }) => `${label}: ${message}`);
    expect(failures).toEqual([]);
  });
});
