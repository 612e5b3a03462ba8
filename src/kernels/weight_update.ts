import shader from '../../shaders/weight_update.wgsl';
import { between, normal } from './fills.ts';
import { defineKernel, type HostTensors, type ParityCase } from './kernel.ts';
import { optimizerCases, updateError, updateLayer, weightTensors } from './optimizerCases.ts';

function updateCases(
  size: number,
  [START, END]: readonly [number, number],
  SCALED = false,
): ParityCase<typeof shader>[] {
  return optimizerCases.map((optimizer) => ({
    label: `${optimizer.label}, ${START} to ${END} of ${size}${SCALED ? ', clipped' : ''}`,
    constants: { ...optimizer.constants, SIZE: size, START, END, SCALED },
    step: optimizer.step,
    tensors: {
      gradient: { size, fill: normal() },
      gradient_scale: { size: 1, fill: between(0.25, 0.75) },
      ...weightTensors(size, optimizer),
    },
  }));
}

const scaled = ({ gradient, gradient_scale }: HostTensors<'gradient' | 'gradient_scale'>, SCALED: boolean) =>
  SCALED ? gradient.map((g) => g * gradient_scale[0]) : gradient;

export const weightUpdate = defineKernel({
  shader,
  threads: ({ START, END }) => END - START,
  reference(tensors, constants, step) {
    updateLayer(tensors, scaled(tensors, constants.SCALED), constants, step);
  },
  tolerance(before, _after, constants, step) {
    const gradient = scaled(before, constants.SCALED);
    return updateError(before, gradient, new Float64Array(gradient.length), constants, step);
  },
  cases: () => [
    ...updateCases(1, [0, 1]),
    ...updateCases(238, [0, 238]),
    ...updateCases(42, [5, 35]),
    ...updateCases(15, [0, 15], true).slice(0, 1),
  ],
});
