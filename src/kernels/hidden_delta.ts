import shader, { alternatives } from '../../shaders/hidden_delta.wgsl';
import { slopeCases } from './activationCases.ts';
import { between, normal } from './fills.ts';
import { activationSlope } from './formulas.ts';
import { defineKernel, type Fill, type HostTensors, type ParityCase } from './kernel.ts';
import { product } from './product.ts';
import { matrixShapes } from './shapes.ts';
import { SUBNORMAL, slopeError, sumError, ULP } from './tolerance.ts';

/** Σ_n δ_n w_kn for every row and k, `term` being the product or its magnitude. */
function sums(
  { delta, parameters }: HostTensors<'delta' | 'parameters'>,
  { N, K }: { N: number; K: number },
  rows: number,
  term: (a: number) => number,
): Float64Array {
  const result = new Float64Array(rows * K);
  for (let i = 0; i < result.length; i++) {
    const row = Math.floor(i / K) * N;
    const unit = (i % K) * N;
    for (let n = 0; n < N; n++) result[i] += term(delta[row + n] * parameters[unit + n]);
  }
  return result;
}

function deltaCase(
  { M, N, K }: { M: number; N: number; K: number },
  rows = M,
  kept: Fill = between(-1, 1),
): ParityCase<typeof shader> {
  return {
    label: `${M}×${N}·${N}×${K}${rows < M ? `, ${rows} rows` : ''}`,
    constants: { M, N, K },
    step: { rows },
    tensors: {
      delta: { size: M * N, fill: normal() },
      parameters: { size: (K + 1) * N, fill: normal() },
      kept: { size: M * K, fill: kept },
      result: { size: M * K, fill: normal() },
    },
  };
}

export const hiddenDelta = defineKernel({
  shader,
  ...product(alternatives, ({ M, N, K }) => ({ rows: M, columns: K, terms: N })),
  reference(tensors, constants, { rows }) {
    sums(tensors, constants, rows, (a) => a).forEach((sum, i) => {
      tensors.result[i] = sum * activationSlope(tensors.kept[i], constants);
    });
  },
  tolerance(before, { result }, constants, { rows }) {
    const sum = sums(before, constants, rows, (a) => a);
    return {
      result: sums(before, constants, rows, Math.abs).map((magnitude, i) => {
        const slope = Math.abs(activationSlope(before.kept[i], constants));
        const error = slope * sumError(magnitude, constants.N);
        const spread = Math.abs(sum[i]) * slopeError(before.kept[i], constants);
        return error + spread + ULP * Math.abs(result[i]) + SUBNORMAL;
      }),
    };
  },
  cases: () => [
    ...matrixShapes.map((shape) => deltaCase(shape)),
    deltaCase({ M: 32, N: 10, K: 20 }, 1),
    ...slopeCases.map(({ label, constants, input }): ParityCase<typeof shader> => {
      const base = deltaCase({ M: 10, N: 3, K: 14 }, 10, input);
      return { ...base, label, constants: { ...base.constants, ...constants } };
    }),
  ],
});
