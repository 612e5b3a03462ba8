/** Every kernel against its float64 reference, on the browser's own WebGPU and on its WebAssembly as it comes. */
import { WasmExecutor } from '../../src/cpu/wasm/executor.ts';
import { createRuntime } from '../../src/runtime/runtime.ts';
import { testKernels } from '../support/kernelParity.ts';

testKernels('WebGPU', async () => (await createRuntime({ backend: 'webgpu' })).executor);
testKernels('WebAssembly', () => WasmExecutor.create());
