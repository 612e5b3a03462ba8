import shader from '../../shaders/scatter_rows.wgsl';
import { defineKernel } from './kernel.ts';
import { rowCopyCases } from './rowCopyCases.ts';

export const scatterRows = defineKernel({
  shader,
  threads: ({ M, WIDTH }) => M * WIDTH,
  reference({ batch, permutation, data }, { WIDTH }, { first, rows }) {
    for (let row = 0; row < rows; row++) {
      data.set(batch.subarray(row * WIDTH, (row + 1) * WIDTH), permutation[first + row] * WIDTH);
    }
  },
  tolerance: (_before, { data }) => ({ data: new Float64Array(data.length) }),
  cases: () => rowCopyCases,
});
