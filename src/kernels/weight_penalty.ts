import shader from '../../shaders/weight_penalty.wgsl';
import { between, normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { partialError, partialGroups, partialSizes, partialSums, partialThreads } from './partialSums.ts';

function penaltyCase(SIZE: number, L1: number, L2: number): ParityCase<typeof shader> {
  const STRIDE = partialGroups(SIZE) + 2;
  return {
    label: `${SIZE} weights, L1 ${L1}, L2 ${L2}`,
    constants: { SIZE, STRIDE, OFFSET: 1, L1, L2 },
    step: { rows: 5, slot: 1 },
    tensors: {
      parameters: { size: SIZE + 3, fill: normal() },
      metrics: { size: 2 * 3 * STRIDE, fill: between(0, 1) },
    },
  };
}

export const weightPenalty = defineKernel({
  shader,
  threads: ({ SIZE }) => partialThreads(SIZE),
  reference({ parameters, metrics }, { SIZE, STRIDE, OFFSET, L1, L2 }, { rows, slot }) {
    partialSums(parameters, SIZE, (w) => L1 * Math.abs(w) + L2 * w * w).forEach((sum, group) => {
      metrics.set([rows * sum, 0], 2 * (slot * STRIDE + OFFSET + group));
    });
  },
  tolerance: (_before, { metrics }) => ({ metrics: metrics.map(partialError) }),
  cases: () => [
    ...partialSizes.map((size) => penaltyCase(size, 0.25, 0.5)),
    penaltyCase(100, 0.5, 0),
    penaltyCase(100, 0, 0.25),
  ],
});
