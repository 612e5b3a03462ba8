import shader from '../../shaders/gradient_norm.wgsl';
import { between, normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { partialError, partialGroups, partialSizes, partialSums, partialThreads } from './partialSums.ts';

function normCase(SIZE: number): ParityCase<typeof shader> {
  return {
    label: `${SIZE} numbers`,
    constants: { SIZE, OFFSET: 2 },
    tensors: {
      gradient: { size: SIZE + 5, fill: normal() },
      squares: { size: partialGroups(SIZE) + 3, fill: between(0, 1) },
    },
  };
}

export const gradientNorm = defineKernel({
  shader,
  threads: ({ SIZE }) => partialThreads(SIZE),
  reference({ gradient, squares }, { SIZE, OFFSET }) {
    squares.set(
      partialSums(gradient, SIZE, (g) => g * g),
      OFFSET,
    );
  },
  tolerance: (_before, { squares }) => ({ squares: squares.map(partialError) }),
  cases: partialSizes.map(normCase),
});
