import shader from '../../shaders/gather_halves.wgsl';
import { defineKernel, type Fill } from './kernel.ts';
import { rowCopyCases } from './rowCopyCases.ts';

/** The largest magnitude of a subnormal 16-bit float: a device may take those for 0. */
const SUBNORMAL_HALF = 2 ** -14;

/** By IEEE 754's definition of binary16. */
function halfOf(words: Float64Array, at: number): number {
  const bits = Math.floor(words[Math.floor(at / 2)] / (at % 2 === 0 ? 1 : 65536)) % 65536;
  const sign = bits < 32768 ? 1 : -1;
  const exponent = Math.floor(bits / 1024) % 32;
  const fraction = (bits % 1024) / 1024;
  return sign * (exponent === 0 ? fraction * SUBNORMAL_HALF : (1 + fraction) * 2 ** (exponent - 15));
}

/** Two finite halves of any size and sign. */
const pairs: Fill = (uniform) => {
  const half = () => Math.floor(uniform() * 31 * 1024) + (uniform() < 0.5 ? 32768 : 0);
  return half() + 65536 * half();
};

export const gatherHalves = defineKernel({
  shader,
  threads: ({ M, WIDTH }) => M * WIDTH,
  webgpuOnly: true,
  reference({ data, permutation, batch }, { WIDTH }, { first, rows }) {
    for (let i = 0; i < rows * WIDTH; i++) {
      const row = permutation[first + Math.floor(i / WIDTH)];
      batch[i] = halfOf(data, row * WIDTH + (i % WIDTH));
    }
  },
  tolerance: (_before, { batch }) => ({
    batch: batch.map((value) => (Math.abs(value) < SUBNORMAL_HALF ? Math.abs(value) : 0)),
  }),
  cases: () =>
    rowCopyCases.map(({ tensors, ...rest }) => ({
      ...rest,
      tensors: { ...tensors, data: { size: Math.ceil(tensors.data.size / 2), fill: pairs } },
    })),
});
