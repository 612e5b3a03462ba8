import shader from '../../shaders/weight_gradient.wgsl';
import { normal, permutation } from './fills.ts';
import { defineKernel, type HostTensors, type ParityCase, type StepValues } from './kernel.ts';
import { matrixShapes, samplesFor } from './shapes.ts';
import { sumError } from './tolerance.ts';

type Inputs = HostTensors<'x' | 'permutation' | 'delta'>;

/** Σ over rows of x_k δ_n for every weight, x_K being 1 for the bias; `term` is the product or its magnitude. */
export function gradientSums(
  { x, permutation, delta }: Inputs,
  { N, K, GATHER }: { N: number; K: number; GATHER: boolean },
  { first, rows }: StepValues,
  term: (a: number) => number,
): Float64Array {
  const result = new Float64Array((K + 1) * N);
  for (let m = 0; m < rows; m++) {
    const source = (GATHER ? permutation[first + m] : m) * K;
    for (let k = 0; k <= K; k++) {
      const input = k < K ? x[source + k] : 1;
      for (let n = 0; n < N; n++) result[k * N + n] += term(input * delta[m * N + n]);
    }
  }
  return result;
}

/** Inputs of a gradient's parity case. */
export function gradientTensors({ M, N, K }: { M: number; N: number; K: number }) {
  const samples = samplesFor(M);
  return {
    x: { size: samples * K, fill: normal() },
    permutation: { size: samples, fill: permutation(samples) },
    delta: { size: M * N, fill: normal() },
  };
}

function gradientCase(shape: { M: number; N: number; K: number }, rows = shape.M): ParityCase<typeof shader> {
  const { M, N, K } = shape;
  return {
    label: `${K}×${M}·${M}×${N}${rows < M ? `, ${rows} rows` : ''}`,
    constants: { M, N, K, GATHER: true },
    step: { first: 2, rows },
    tensors: { ...gradientTensors(shape), gradient: { size: (K + 1) * N, fill: normal() } },
  };
}

const direct = gradientCase({ M: 9, N: 5, K: 6 });

export const weightGradient = defineKernel({
  shader,
  threads: ({ N, K }) => Math.ceil((K + 1) / 4) * Math.ceil(N / 4),
  reference(tensors, constants, step) {
    tensors.gradient.set(gradientSums(tensors, constants, step, (a) => a));
  },
  tolerance: (before, _after, constants, step) => ({
    gradient: gradientSums(before, constants, step, Math.abs).map((magnitude) =>
      sumError(magnitude, step.rows),
    ),
  }),
  cases: [
    ...matrixShapes.map((shape) => gradientCase(shape)),
    gradientCase({ M: 32, N: 10, K: 20 }, 1),
    { ...direct, label: 'without the permutation', constants: { ...direct.constants, GATHER: false } },
  ],
});
