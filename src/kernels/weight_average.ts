import shader from '../../shaders/weight_average.wgsl';
import { normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { SUBNORMAL, ULP } from './tolerance.ts';

function averageCase(SIZE: number, index: number, momentum = 0.99): ParityCase<typeof shader> {
  return {
    label: `${SIZE} weights, step ${index + 1}, momentum ${momentum}`,
    constants: { SIZE, SHARE: 1 - momentum },
    step: { index },
    tensors: {
      parameters: { size: SIZE + 3, fill: normal() },
      average: { size: SIZE + 3, fill: normal() },
    },
  };
}

export const weightAverage = defineKernel({
  shader,
  threads: ({ SIZE }) => SIZE,
  reference({ parameters, average }, { SIZE, SHARE }, { index }) {
    const momentum = index === 0 ? 0 : 1 - SHARE;
    for (let i = 0; i < SIZE; i++) average[i] = momentum * average[i] + (1 - momentum) * parameters[i];
  },
  // A difference, a product and a sum, each relative to its magnitude.
  tolerance: ({ parameters, average }) => ({
    average: average.map((a, i) => 2 * ULP * (Math.abs(a) + Math.abs(parameters[i])) + SUBNORMAL),
  }),
  cases: () => [
    averageCase(1, 5),
    averageCase(63, 1),
    averageCase(65, 0),
    averageCase(1009, 1, 0.5),
    averageCase(300, 7, 0),
    averageCase(100_480, 1000),
  ],
});
