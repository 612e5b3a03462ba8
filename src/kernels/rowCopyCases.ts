/** Parity cases of the two kernels that copy rows between a batch and a data set. */
import { normal, permutation } from './fills.ts';
import { rowShapes, samplesFor } from './shapes.ts';

function copyCase({ M, N }: { M: number; N: number }, rows = M) {
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

export const rowCopyCases = [...rowShapes.map((shape) => copyCase(shape)), copyCase({ M: 32, N: 5 }, 1)];
