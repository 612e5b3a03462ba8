import shader from '../../shaders/gradient_norm.wgsl';
import { between, normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { partialError, partialGroups, partialSizes, partialSums, partialThreads } from './partialSums.ts';

function normCase(size: number): ParityCase<typeof shader> {
  return {
    label: `${size} numbers`,
    constants: { START: 3, END: 3 + size, OFFSET: 2 },
    tensors: {
      gradient: { size: size + 5, fill: normal() },
      squares: { size: partialGroups(size) + 3, fill: between(0, 1) },
    },
  };
}

export const gradientNorm = defineKernel({
  shader,
  threads: ({ START, END }) => partialThreads(END - START),
  reference({ gradient, squares }, { START, END, OFFSET }) {
    squares.set(
      partialSums(gradient.slice(START, END), END - START, (g) => g * g),
      OFFSET,
    );
  },
  tolerance: (_before, { squares }) => ({ squares: squares.map(partialError) }),
  cases: () => partialSizes.map(normCase),
});
