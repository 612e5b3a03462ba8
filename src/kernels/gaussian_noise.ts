import shader from '../../shaders/gaussian_noise.wgsl';
import { normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { randomBits, randomUnit } from './random.ts';
import { rowShapes } from './shapes.ts';
import { ULP } from './tolerance.ts';

function noiseCase({ M, N }: { M: number; N: number }, STDDEV: number, rows = M): ParityCase<typeof shader> {
  return {
    label: `σ ${STDDEV}, ${rows} of ${M} rows × ${N}`,
    constants: { M, N, SEED: 12345, STDDEV },
    step: { rows, index: 3 },
    tensors: { x: { size: M * N, fill: normal() }, y: { size: M * N, fill: normal() } },
  };
}

export const gaussianNoiseRows = defineKernel({
  shader,
  threads: ({ M, N }) => M * N,
  reference({ x, y }, { N, SEED, STDDEV }, { rows, index }) {
    for (let i = 0; i < rows * N; i++) {
      const u = 1 - randomUnit(randomBits(SEED, index, 2 * i));
      const v = randomUnit(randomBits(SEED, index, 2 * i + 1));
      y[i] = x[i] + STDDEV * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    }
  },
  // The cosine is off by 3 ULP of 1 at most; √(−2 ln u) is below 5.8 for u of 24 bits.
  tolerance: (_before, { y }, { STDDEV }) => ({
    y: y.map((value) => (5.8 * STDDEV * 3 + 4 * Math.abs(value)) * ULP),
  }),
  cases: [
    ...rowShapes.map((shape) => noiseCase(shape, 0.5)),
    noiseCase({ M: 9, N: 5 }, 0),
    noiseCase({ M: 30, N: 50 }, 2, 17),
  ],
});
