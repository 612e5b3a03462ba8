/** Every kernel's WebAssembly against its float64 reference, in Node and without relaxed SIMD. */
import { expect, test } from 'vitest';
import { opcodes } from '../../assembly/kernels.wasm';
import { WasmExecutor } from '../../src/cpu/wasm/executor.ts';
import { registry } from '../../src/kernels/registry.ts';
import { testKernels } from '../support/kernelParity.ts';

testKernels('WebAssembly', () => WasmExecutor.create({ relaxed: false }));

test('there is a kernel in assembly/ for each of the registry, and no other', () => {
  const { row_losses, ...others } = opcodes; // the second half of output_delta
  expect(row_losses).toBeDefined();
  expect(Object.keys(others).sort()).toEqual(registry.map(({ shader }) => shader.name).sort());
});
