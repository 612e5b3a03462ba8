import shader from '../../shaders/weight_update.wgsl';
import { between, normal } from './fills.ts';
import { defineKernel, type HostTensors, type ParityCase } from './kernel.ts';
import { optimizerCases, updateError, updateLayer, weightTensors } from './optimizerCases.ts';

function updateCases(
  shape: { N: number; K: number },
  USE_BIAS: boolean,
  SCALED = false,
): ParityCase<typeof shader>[] {
  return optimizerCases.map((optimizer) => ({
    label: `${optimizer.label}, ${shape.K}×${shape.N}${USE_BIAS ? '' : ', no bias'}${SCALED ? ', clipped' : ''}`,
    constants: { ...shape, ...optimizer.constants, USE_BIAS, SCALED },
    step: optimizer.step,
    tensors: {
      gradient: { size: (shape.K + 1) * shape.N, fill: normal() },
      gradient_scale: { size: 1, fill: between(0.25, 0.75) },
      ...weightTensors(shape, optimizer),
    },
  }));
}

const scaled = ({ gradient, gradient_scale }: HostTensors<'gradient' | 'gradient_scale'>, SCALED: boolean) =>
  SCALED ? gradient.map((g) => g * gradient_scale[0]) : gradient;

export const weightUpdate = defineKernel({
  shader,
  threads: ({ N, K }) => (K + 1) * N,
  reference(tensors, constants, step) {
    updateLayer(tensors, scaled(tensors, constants.SCALED), constants, step);
  },
  tolerance(before, _after, constants, step) {
    const gradient = scaled(before, constants.SCALED);
    return updateError(before, gradient, new Float64Array(gradient.length), constants, step);
  },
  cases: [
    ...updateCases({ N: 1, K: 1 }, true),
    ...updateCases({ N: 17, K: 13 }, true),
    ...updateCases({ N: 7, K: 5 }, false),
    ...updateCases({ N: 3, K: 4 }, true, true).slice(0, 1),
  ],
});
