import shader from '../../shaders/weight_update.wgsl';
import { normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { optimizerCases, updateError, updateLayer, weightTensors } from './optimizerCases.ts';

function updateCases(shape: { N: number; K: number }, USE_BIAS: boolean): ParityCase<typeof shader>[] {
  return optimizerCases.map(({ label, constants, step }) => ({
    label: `${label}, ${shape.K}×${shape.N}${USE_BIAS ? '' : ', no bias'}`,
    constants: { ...shape, ...constants, USE_BIAS },
    step,
    tensors: {
      gradient: { size: (shape.K + 1) * shape.N, fill: normal() },
      ...weightTensors({ ...shape, ...constants }),
    },
  }));
}

export const weightUpdate = defineKernel({
  shader,
  threads: ({ N, K }) => (K + 1) * N,
  reference(tensors, constants, step) {
    updateLayer(tensors, tensors.gradient, constants, step);
  },
  tolerance(before, _after, constants, step) {
    const exact = new Float64Array(before.gradient.length);
    return updateError(before, before.gradient, exact, constants, step);
  },
  cases: [
    ...updateCases({ N: 1, K: 1 }, true),
    ...updateCases({ N: 17, K: 13 }, true),
    ...updateCases({ N: 7, K: 5 }, false),
  ],
});
