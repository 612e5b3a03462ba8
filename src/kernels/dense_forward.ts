import shader, { alternatives } from '../../shaders/dense_forward.wgsl';
import { activationCases } from './activationCases.ts';
import { normal, permutation } from './fills.ts';
import { activate } from './formulas.ts';
import { defineKernel, type HostTensors, type ParityCase, type StepValues } from './kernel.ts';
import { product } from './product.ts';
import { matrixShapes, samplesFor } from './shapes.ts';
import { activationError, sumError } from './tolerance.ts';

type Inputs = HostTensors<'x' | 'permutation' | 'parameters'>;
type Sizes = { N: number; K: number; GATHER: boolean };

/** The weighted sum plus bias of every unit, `term` being the product or its magnitude. */
function sums(
  { x, permutation, parameters }: Inputs,
  { N, K, GATHER }: Sizes,
  { first, rows }: StepValues,
  term: (a: number) => number,
): Float64Array {
  const result = new Float64Array(rows * N);
  for (let m = 0; m < rows; m++) {
    const source = (GATHER ? permutation[first + m] : m) * K;
    for (let k = 0; k <= K; k++) {
      const input = k < K ? x[source + k] : 1;
      for (let n = 0; n < N; n++) result[m * N + n] += term(input * parameters[k * N + n]);
    }
  }
  return result;
}

const identity = (value: number) => value;

function denseCase({ M, N, K }: { M: number; N: number; K: number }, rows = M): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  return {
    label: `${M}×${K}·${K}×${N}${rows < M ? `, ${rows} rows` : ''}`,
    constants: { M, N, K, GATHER: true },
    step: { first: 2, rows },
    tensors: {
      x: { size: samples * K, fill: normal() },
      permutation: { size: samples, fill: permutation(samples) },
      parameters: { size: (K + 1) * N, fill: normal() },
      y: { size: M * N, fill: normal() },
    },
  };
}

const direct = denseCase({ M: 9, N: 5, K: 6 });

export const denseForward = defineKernel({
  shader,
  ...product(alternatives, ({ M, N, K }) => ({ rows: M, columns: N, terms: K })),
  reference(tensors, constants, step) {
    sums(tensors, constants, step, identity).forEach((sum, i) => {
      tensors.y[i] = activate(sum, constants);
    });
  },
  tolerance(before, _after, constants, step) {
    const magnitude = sums(before, constants, step, Math.abs);
    const sum = sums(before, constants, step, identity);
    return {
      y: sum.map((x, i) => activationError(x, sumError(magnitude[i], constants.K + 1), constants)),
    };
  },
  cases: () => [
    ...matrixShapes.map((shape) => denseCase(shape)),
    denseCase({ M: 32, N: 10, K: 20 }, 1),
    denseCase({ M: 8, N: 6, K: 5 }, 7),
    { ...direct, label: 'without the permutation', constants: { ...direct.constants, GATHER: false } },
    ...activationCases.map(({ label, constants, input }): ParityCase<typeof shader> => {
      const base = denseCase({ M: 40, N: 6, K: 1 });
      return {
        ...base,
        label,
        constants: { ...base.constants, ...constants, GATHER: false },
        // One input, weights of 1: the pre-activations are the inputs themselves.
        tensors: {
          ...base.tensors,
          x: { size: 40, fill: input },
          parameters: { size: 12, fill: (_, i) => (i < 6 ? 1 : 0) },
        },
      };
    }),
  ],
});
