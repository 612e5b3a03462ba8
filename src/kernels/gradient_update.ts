import shader, { alternatives } from '../../shaders/gradient_update.wgsl';
import { type ConstantsOf, defineKernel, type ParityCase } from './kernel.ts';
import { optimizerCases, updateError, updateLayer, weightTensors } from './optimizerCases.ts';
import { product } from './product.ts';
import { matrixShapes } from './shapes.ts';
import { gradientTensors, layerGradient, layerGradientError, regulariserCases } from './weight_gradient.ts';

type Shape = { M: number; N: number; K: number };
type OptimizerCase = (typeof optimizerCases)[number];

function updateCase(
  shape: Shape,
  optimizer: OptimizerCase,
  rows = shape.M,
  USE_BIAS = true,
): ParityCase<typeof shader> {
  const { M, N, K } = shape;
  const size = `${K}×${M}·${M}×${N}${rows < M ? `, ${rows} rows` : ''}${USE_BIAS ? '' : ', no bias'}`;
  return {
    label: `${optimizer.label}, ${size}`,
    constants: { ...shape, GATHER: true, USE_BIAS, ...optimizer.constants },
    step: { first: 2, rows, ...optimizer.step },
    tensors: { ...gradientTensors(shape), ...weightTensors((K + 1) * N, optimizer) },
  };
}

/** Without a bias its row stays as it is: zero. */
function trainedPart(constants: ConstantsOf<typeof shader>) {
  const { N, K, USE_BIAS } = constants;
  return { ...constants, START: 0, END: (USE_BIAS ? K + 1 : K) * N };
}

const [sgd] = optimizerCases;
const odd = { M: 13, N: 17, K: 31 };
const direct = updateCase({ M: 9, N: 5, K: 6 }, sgd);

export const gradientUpdate = defineKernel({
  shader,
  ...product(alternatives, ({ M, N, K }) => ({ rows: K + 1, columns: N, terms: M })),
  reference(tensors, constants, step) {
    updateLayer(tensors, layerGradient(tensors, constants, step), trainedPart(constants), step);
  },
  tolerance(before, _after, constants, step) {
    const error = layerGradientError(before, constants, step);
    return updateError(before, layerGradient(before, constants, step), error, trainedPart(constants), step);
  },
  cases: () => [
    ...matrixShapes.map((shape) => updateCase(shape, sgd)),
    ...optimizerCases.map((optimizer) => updateCase(odd, optimizer)),
    updateCase({ M: 32, N: 10, K: 20 }, sgd, 1),
    updateCase(odd, sgd, odd.M, false),
    { ...direct, label: 'without the permutation, sgd', constants: { ...direct.constants, GATHER: false } },
    ...regulariserCases.map(({ label, constants }) => {
      const base = updateCase(odd, sgd);
      return { ...base, label: `${label}, sgd`, constants: { ...base.constants, ...constants } };
    }),
  ],
});
