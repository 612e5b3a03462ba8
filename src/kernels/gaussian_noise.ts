import shader from '../../shaders/gaussian_noise.wgsl';
import { normal, permutation } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { standardNormal } from './random.ts';
import { rowShapes, samplesFor } from './shapes.ts';
import { normalError, ULP } from './tolerance.ts';

function noiseCase({ M, N }: { M: number; N: number }, STDDEV: number, rows = M): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  return {
    label: `σ ${STDDEV}, ${rows} of ${M} rows × ${N}`,
    constants: { M, N, GATHER: true, SEED: 12345, STDDEV },
    step: { first: 2, rows, index: 3 },
    tensors: {
      x: { size: samples * N, fill: normal() },
      permutation: { size: samples, fill: permutation(samples) },
      y: { size: M * N, fill: normal() },
    },
  };
}

const direct = noiseCase({ M: 30, N: 50 }, 2, 17);

export const gaussianNoiseRows = defineKernel({
  shader,
  threads: ({ M, N }) => M * N,
  reference({ x, permutation, y }, { N, GATHER, SEED, STDDEV }, { first, rows, index }) {
    for (let row = 0; row < rows; row++) {
      const source = (GATHER ? permutation[first + row] : row) * N;
      for (let j = 0; j < N; j++) {
        y[row * N + j] = x[source + j] + STDDEV * standardNormal(SEED, index, row * N + j);
      }
    }
  },
  // Without noise, not a bit may differ.
  tolerance: (_before, { y }, { STDDEV }) => ({
    y: y.map((value) => (STDDEV > 0 ? normalError(STDDEV) + 4 * ULP * Math.abs(value) : 0)),
  }),
  cases: () => [
    ...rowShapes.map((shape) => noiseCase(shape, 0.5)),
    noiseCase({ M: 9, N: 5 }, 0),
    noiseCase({ M: 30, N: 50 }, 2, 17),
    { ...direct, label: 'without the permutation', constants: { ...direct.constants, GATHER: false } },
  ],
});
