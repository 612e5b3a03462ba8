import shader from '../../shaders/activation_forward.wgsl';
import { activationCases } from './activationCases.ts';
import { between } from './fills.ts';
import { activate } from './formulas.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { rowShapes } from './shapes.ts';
import { activationError } from './tolerance.ts';

function activationCase(
  { M, N }: { M: number; N: number },
  fill = between(-6, 6),
): ParityCase<typeof shader> {
  return {
    label: `${M} rows × ${N}`,
    constants: { M, N },
    tensors: { x: { size: M * N, fill }, y: { size: M * N, fill: between(-1, 1) } },
  };
}

export const activationForward = defineKernel({
  shader,
  threads: ({ M, N }) => M * N,
  reference({ x, y }, constants, { rows }) {
    for (let i = 0; i < rows * constants.N; i++) y[i] = activate(x[i], constants);
  },
  tolerance: ({ x }, _after, constants) => ({ y: x.map((value) => activationError(value, 0, constants)) }),
  cases: () => [
    ...rowShapes.map((shape) => activationCase(shape)),
    { ...activationCase({ M: 9, N: 4 }), label: '2 of 9 rows × 4', step: { rows: 2 } },
    ...activationCases.map(({ label, constants, input }) => {
      const base = activationCase({ M: 16, N: 16 }, input);
      return { ...base, label, constants: { ...base.constants, ...constants } };
    }),
  ],
});
