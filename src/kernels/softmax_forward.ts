import shader from '../../shaders/softmax_forward.wgsl';
import { normal, saturated } from './fills.ts';
import { logSumExp } from './formulas.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { rowShapes } from './shapes.ts';
import { SUBNORMAL, ULP, UNIT } from './tolerance.ts';

function softmaxCase({ M, N }: { M: number; N: number }, fill = normal(3)): ParityCase<typeof shader> {
  return {
    label: `${M} rows × ${N}`,
    constants: { M, N },
    tensors: { x: { size: M * N, fill }, y: { size: M * N, fill: normal() } },
  };
}

export const softmaxForward = defineKernel({
  shader,
  threads: ({ M }) => M,
  reference({ x, y }, { N }, { rows }) {
    for (let row = 0; row < rows; row++) {
      const total = logSumExp(x, row * N, N);
      for (let j = row * N; j < (row + 1) * N; j++) y[j] = Math.exp(x[j] - total);
    }
  },
  // exp and the division, the sum of N terms, and the rounding of x − max, which exp turns into a relative error.
  tolerance(_before, { y }, { N }) {
    const relative = (p: number) => 6 * ULP + 4 * Math.sqrt(N) * UNIT + UNIT * Math.abs(Math.log(p || 1));
    return { y: y.map((p) => Math.abs(p) * relative(Math.abs(p)) + 2 * SUBNORMAL) };
  },
  cases: () => [
    ...rowShapes.map((shape) => softmaxCase(shape)),
    { ...softmaxCase({ M: 9, N: 4 }), label: '2 of 9 rows × 4', step: { rows: 2 } },
    { ...softmaxCase({ M: 20, N: 11 }, saturated), label: 'saturated' },
  ],
});
