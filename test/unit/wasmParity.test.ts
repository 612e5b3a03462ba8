/** Every kernel's WebAssembly against its float64 reference, in Node. */
import { describe, expect, test } from 'vitest';
import { opcodes } from '../../assembly/kernels.wasm';
import { WasmExecutor } from '../../src/cpu/wasm/executor.ts';
import { registry } from '../../src/kernels/registry.ts';
import { runParityCase } from '../../src/runtime/parity.ts';

const executor = await WasmExecutor.create();

describe.each(registry.map((kernel) => [kernel.shader.name, kernel] as const))('%s', (name, kernel) => {
  test.skipIf(!(name in opcodes))('agrees with its reference', async () => {
    const results = [];
    for (const parityCase of kernel.cases) results.push(await runParityCase(executor, kernel, parityCase));
    const failures = results
      .filter(({ passed }) => !passed)
      .map(({ label, message }) => `${label}: ${message}`);
    expect(failures).toEqual([]);
  });
});
