/** Where each contender's code is: loaded when it is its turn, and not before. */
import type { ContenderId } from '../lineup.ts';
import type { Contender } from './contender.ts';

const ours = async (backend: string) => (await import('./shaderprop.ts')).shaderprop(backend);
const tensorflow = async (backend: 'webgpu' | 'webgl' | 'wasm') =>
  (await import('./tensorflow.ts')).tensorflow(backend);
const jax = async (device: 'webgpu' | 'wasm') => (await import('./jax.ts')).jax(device);

export const loaders: Record<ContenderId, () => Promise<Contender>> = {
  webgpu: () => ours('webgpu'),
  cpu: () => ours('cpu'),
  auto: () => ours('auto'),
  reference: () => ours('reference'),
  plain: async () => (await import('./plain.ts')).plain,
  'jax-webgpu': () => jax('webgpu'),
  'jax-wasm': () => jax('wasm'),
  'tfjs-webgpu': () => tensorflow('webgpu'),
  'tfjs-webgl': () => tensorflow('webgl'),
  'tfjs-wasm': () => tensorflow('wasm'),
};
