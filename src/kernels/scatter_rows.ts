import shader from '../../shaders/scatter_rows.wgsl';
import { normal, permutation } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { rowShapes, samplesFor } from './shapes.ts';

function scatterCase({ M, N }: { M: number; N: number }, rows = M): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  return {
    label: `${rows} of ${M} rows × ${N}`,
    constants: { M, WIDTH: N },
    step: { first: 2, rows },
    tensors: {
      batch: { size: M * N, fill: normal() },
      permutation: { size: samples, fill: permutation(samples) },
      data: { size: samples * N, fill: normal() },
    },
  };
}

export const scatterRows = defineKernel({
  shader,
  threads: ({ M, WIDTH }) => M * WIDTH,
  reference({ batch, permutation, data }, { WIDTH }, { first, rows }) {
    for (let row = 0; row < rows; row++) {
      data.set(batch.subarray(row * WIDTH, (row + 1) * WIDTH), permutation[first + row] * WIDTH);
    }
  },
  tolerance: (_before, { data }) => ({ data: new Float64Array(data.length) }),
  cases: [...rowShapes.map((shape) => scatterCase(shape)), scatterCase({ M: 32, N: 5 }, 1)],
});
