import shader from '../../shaders/gather_rows.wgsl';
import { defineKernel } from './kernel.ts';
import { rowCopyCases } from './rowCopyCases.ts';

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
  cases: () => rowCopyCases,
});
