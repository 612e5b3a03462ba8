/** Every kernel's WebAssembly against its float64 reference, in Node and without relaxed SIMD. */
import { expect, test } from 'vitest';
import { opcodes } from '../../src/cpu/assembly/kernels.wasm';
import { WasmExecutor } from '../../src/cpu/wasm/executor.ts';
import { registry } from '../../src/kernels/registry.ts';
import { testKernels } from '../support/kernelParity.ts';

testKernels('WebAssembly', () => WasmExecutor.create({ relaxed: false }));

test('there is a kernel in assembly/ for each of the registry that is not for WebGPU only, and no other', () => {
  const { row_losses, ...others } = opcodes; // the second half of output_delta
  expect(row_losses).toBeDefined();
  const wanted = registry.filter(({ webgpuOnly }) => !webgpuOnly).map(({ shader }) => shader.name);
  expect(Object.keys(others).sort()).toEqual(wanted.sort());
});
