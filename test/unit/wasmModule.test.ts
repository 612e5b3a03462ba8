import { expect, test } from 'vitest';
import { START } from '../../src/cpu/wasm/heap.ts';
import { compileKernels } from '../../src/cpu/wasm/module.ts';

test.each([false, true])(
  "the kernels' constants end before the first block of memory (shared: %s)",
  async (shared) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 ** 16, shared });
    const module = await compileKernels(shared, false);
    const { constantsEnd } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    const end = (constantsEnd as () => number)();
    expect(end).toBeLessThanOrEqual(START);
    const behind = new Uint8Array(memory.buffer, end);
    expect(behind.every((byte) => byte === 0)).toBe(true);
  },
);
