import shader from '../../shaders/gather_rows.wgsl';
import { normal, permutation } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { rowShapes, samplesFor } from './shapes.ts';

function gatherCase({ M, N }: { M: number; N: number }, rows = M): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  return {
    label: `${rows} of ${M} rows × ${N}`,
    constants: { M, WIDTH: N },
    step: { first: 2, rows },
    tensors: {
      data: { size: samples * N, fill: normal() },
      permutation: { size: samples, fill: permutation(samples) },
      batch: { size: M * N, fill: normal() },
    },
  };
}

export const gatherRows = defineKernel({
  shader,
  threads: ({ M, WIDTH }) => M * WIDTH,
  reference({ data, permutation, batch }, { WIDTH }, { first, rows }) {
    for (let row = 0; row < rows; row++) {
      const source = permutation[first + row] * WIDTH;
      batch.set(data.subarray(source, source + WIDTH), row * WIDTH);
    }
  },
  tolerance: (_before, { batch }) => ({ batch: new Float64Array(batch.length) }),
  cases: [...rowShapes.map((shape) => gatherCase(shape)), gatherCase({ M: 32, N: 5 }, 1)],
});
