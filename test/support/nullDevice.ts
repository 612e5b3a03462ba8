import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);

// Kept for good: Dawn ends the process when this object is collected while a device of it works.
const gpu = create(['backend=null']);

/** A device of Dawn's null backend: it compiles and checks everything, runs nothing, and needs no GPU. */
export async function requestNullDevice(): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn offers no null adapter');
  return adapter.requestDevice({ requiredFeatures: [...adapter.features] as GPUFeatureName[] });
}
