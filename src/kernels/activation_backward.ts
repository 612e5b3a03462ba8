import shader from '../../shaders/activation_backward.wgsl';
import { slopeCases } from './activationCases.ts';
import { between, normal } from './fills.ts';
import { activationSlope } from './formulas.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { rowShapes } from './shapes.ts';
import { SUBNORMAL, slopeError, ULP } from './tolerance.ts';

function slopeCase({ M, N }: { M: number; N: number }, fill = between(-1, 1)): ParityCase<typeof shader> {
  return {
    label: `${M} rows × ${N}`,
    constants: { M, N },
    tensors: {
      kept: { size: M * N, fill },
      upstream: { size: M * N, fill: normal() },
      delta: { size: M * N, fill: normal() },
    },
  };
}

export const activationBackward = defineKernel({
  shader,
  threads: ({ M, N }) => M * N,
  reference({ kept, upstream, delta }, constants, { rows }) {
    for (let i = 0; i < rows * constants.N; i++) delta[i] = upstream[i] * activationSlope(kept[i], constants);
  },
  tolerance: ({ kept, upstream }, { delta }, constants) => ({
    delta: delta.map(
      (d, i) => Math.abs(upstream[i]) * slopeError(kept[i], constants) + ULP * Math.abs(d) + SUBNORMAL,
    ),
  }),
  cases: () => [
    ...rowShapes.map((shape) => slopeCase(shape)),
    { ...slopeCase({ M: 9, N: 4 }), label: '2 of 9 rows × 4', step: { rows: 2 } },
    ...slopeCases.map(({ label, constants, input }) => {
      const base = slopeCase({ M: 16, N: 16 }, input);
      return { ...base, label, constants: { ...base.constants, ...constants } };
    }),
  ],
});
