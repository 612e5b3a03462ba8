/** Who can be compared, in the order in which they take their turns. */
export const contenders = [
  { id: 'webgpu', name: 'WebGPU', peer: false },
  { id: 'cpu', name: 'CPU fallback', peer: false },
  { id: 'auto', name: 'auto', peer: false },
  { id: 'reference', name: 'float64 reference', peer: false },
  { id: 'plain', name: 'plain loops', peer: true },
  { id: 'jax-webgpu', name: 'jax-js WebGPU', peer: true },
  { id: 'jax-wasm', name: 'jax-js wasm', peer: true },
  { id: 'tfjs-webgpu', name: 'TensorFlow.js WebGPU', peer: true },
  { id: 'tfjs-webgl', name: 'TensorFlow.js WebGL', peer: true },
  { id: 'tfjs-wasm', name: 'TensorFlow.js wasm', peer: true },
] as const;

export type ContenderId = (typeof contenders)[number]['id'];
