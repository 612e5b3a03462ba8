import shader from '../../shaders/softmax_backward.wgsl';
import { between, normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { rowShapes } from './shapes.ts';
import { sumError, ULP } from './tolerance.ts';

function softmaxCase({ M, N }: { M: number; N: number }): ParityCase<typeof shader> {
  return {
    label: `${M} rows × ${N}`,
    constants: { M, N },
    tensors: {
      y: { size: M * N, fill: between(0, 1) },
      upstream: { size: M * N, fill: normal() },
      delta: { size: M * N, fill: normal() },
    },
  };
}

export const softmaxBackward = defineKernel({
  shader,
  threads: ({ M }) => M,
  // The Jacobian itself, ∂y_i/∂x_j = y_i (1[i = j] − y_j), applied to the upstream gradient.
  reference({ y, upstream, delta }, { N }, { rows }) {
    for (let row = 0; row < rows * N; row += N) {
      for (let j = 0; j < N; j++) {
        let sum = 0;
        for (let i = 0; i < N; i++) sum += upstream[row + i] * y[row + i] * (Number(i === j) - y[row + j]);
        delta[row + j] = sum;
      }
    }
  },
  tolerance({ y, upstream }, _after, { N }) {
    const result = new Float64Array(y.length);
    for (let row = 0; row < y.length; row += N) {
      let magnitude = 0;
      for (let i = row; i < row + N; i++) magnitude += Math.abs(upstream[i] * y[i]);
      for (let j = row; j < row + N; j++) {
        result[j] = y[j] * (sumError(magnitude, N) + 2 * ULP * (Math.abs(upstream[j]) + magnitude));
      }
    }
    return { delta: result };
  },
  cases: () => [
    ...rowShapes.map(softmaxCase),
    { ...softmaxCase({ M: 9, N: 4 }), label: '2 of 9 rows × 4', step: { rows: 2 } },
  ],
});
