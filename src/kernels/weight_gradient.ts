import shader, { alternatives } from '../../shaders/weight_gradient.wgsl';
import { normal, permutation } from './fills.ts';
import { defineKernel, type HostTensors, type ParityCase, type StepValues } from './kernel.ts';
import { fullGradient, type RegulariserConstants } from './optimizerFormulas.ts';
import { product } from './product.ts';
import { matrixShapes, samplesFor } from './shapes.ts';
import { sumError, ULP } from './tolerance.ts';

type Inputs = HostTensors<'x' | 'permutation' | 'delta'>;

/** Σ over rows of x_k δ_n for every weight, x_K being 1 for the bias; `term` is the product or its magnitude. */
function gradientSums(
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

type GradientConstants = { N: number; K: number; GATHER: boolean } & RegulariserConstants;

/** The gradient with the regulariser's part. */
export function layerGradient(
  tensors: Inputs & HostTensors<'parameters'>,
  c: GradientConstants,
  step: StepValues,
): Float64Array {
  const inKernel = c.K * c.N;
  return gradientSums(tensors, c, step, (a) => a).map((g, i) =>
    fullGradient(g, tensors.parameters[i], i < inKernel, c),
  );
}

/** How far that gradient may be off. */
export function layerGradientError(
  tensors: Inputs & HostTensors<'parameters'>,
  c: GradientConstants,
  step: StepValues,
): Float64Array {
  return gradientSums(tensors, c, step, Math.abs).map((magnitude, i) => {
    const penalty = c.L1 + 2 * c.L2 * Math.abs(tensors.parameters[i]);
    return sumError(magnitude, step.rows) + 3 * ULP * (penalty + magnitude * Number(penalty > 0));
  });
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

/** Regularisers that a layer may have, each with a clipping that some of its gradients meet. */
export const regulariserCases = [
  { label: 'L1', constants: { L1: 0.5 } },
  { label: 'L2', constants: { L2: 0.25 } },
  { label: 'L1 and L2, clipped by value', constants: { L1: 0.25, L2: 0.5, CLIP_VALUE: 2 } },
  { label: 'clipped by a small value', constants: { CLIP_VALUE: 0.05 } },
];

function gradientCase(shape: { M: number; N: number; K: number }, rows = shape.M): ParityCase<typeof shader> {
  const { M, N, K } = shape;
  return {
    label: `${K}×${M}·${M}×${N}${rows < M ? `, ${rows} rows` : ''}`,
    constants: { M, N, K, GATHER: true },
    step: { first: 2, rows },
    tensors: {
      ...gradientTensors(shape),
      parameters: { size: (K + 1) * N, fill: normal() },
      gradient: { size: (K + 1) * N, fill: normal() },
    },
  };
}

const direct = gradientCase({ M: 9, N: 5, K: 6 });

export const weightGradient = defineKernel({
  shader,
  ...product(alternatives, ({ M, N, K }) => ({ rows: K + 1, columns: N, terms: M })),
  reference(tensors, constants, step) {
    tensors.gradient.set(layerGradient(tensors, constants, step));
  },
  tolerance: (before, _after, constants, step) => ({ gradient: layerGradientError(before, constants, step) }),
  cases: () => [
    ...matrixShapes.map((shape) => gradientCase(shape)),
    gradientCase({ M: 32, N: 10, K: 20 }, 1),
    { ...direct, label: 'without the permutation', constants: { ...direct.constants, GATHER: false } },
    ...regulariserCases.map(({ label, constants }) => ({
      ...direct,
      label,
      constants: { ...direct.constants, ...constants },
    })),
  ],
});
