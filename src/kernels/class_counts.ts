import shader from '../../shaders/class_counts.wgsl';
import { aroundHalf, between, labels, permutation } from './fills.ts';
import { type ConstantsOf, defineKernel, type Fill, type ParityCase } from './kernel.ts';
import { rowShapes, samplesFor } from './shapes.ts';
import { argmax, readTarget } from './targets.ts';

/** Numbers that are counted for a network of so many outputs. */
export const countSize = (outputs: number, bins: number) => (outputs === 1 ? 4 + 2 * bins : outputs ** 2);

/** Outputs on both sides of the classes' border, on it, at the ends, and beyond them. */
const scores: Fill = (uniform, i) => [uniform(), 0.5, 1, 0, 1.5, -0.5, uniform()][i % 7];

function countCase(
  { M, N }: { M: number; N: number },
  options: Partial<ConstantsOf<typeof shader>>,
  rows = M,
  target = options.SPARSE ? labels(N) : N === 1 ? labels(2) : between(0, 1),
): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  const WIDTH = options.SPARSE ? 1 : N;
  return {
    label: `${options.SPARSE ? 'labels' : 'numbers'}, ${rows} of ${M} rows × ${N}`,
    constants: { M, N, WIDTH, BINS: 16, GATHER: true, ...options },
    step: { first: 2, rows },
    tensors: {
      y: { size: M * N, fill: scores },
      target_rows: { size: samples * (WIDTH + Number(options.WEIGHTED)), fill: target },
      permutation: { size: samples, fill: permutation(samples) },
      counts: { size: countSize(N, 16), fill: labels(5) },
    },
  };
}

export const classCounts = defineKernel({
  shader,
  threads: ({ M }) => M,
  reference({ y, counts, ...inputs }, constants, { first, rows }) {
    const { N, BINS } = constants;
    for (let row = 0; row < rows; row++) {
      const { target } = readTarget({ ...inputs }, constants, first, row);
      if (N > 1) {
        counts[argmax(target) * N + argmax(y.slice(row * N, (row + 1) * N))]++;
        continue;
      }
      const label = Number(target[0] > 0.5);
      counts[2 * label + Number(y[row] > 0.5)]++;
      const bin = Math.floor(Math.min(1, Math.max(0, y[row])) * BINS);
      counts[4 + label * BINS + Math.min(bin, BINS - 1)]++;
    }
  },
  tolerance: (_before, { counts }) => ({ counts: new Float64Array(counts.length) }),
  cases: () => [
    ...rowShapes.map((shape) => countCase(shape, { WEIGHTED: false })),
    countCase({ M: 70, N: 1 }, { WEIGHTED: true }),
    countCase({ M: 70, N: 4 }, { SPARSE: true, WEIGHTED: false }, 9),
    countCase({ M: 12, N: 5 }, { SPARSE: true, WEIGHTED: true, GATHER: false }),
    countCase({ M: 40, N: 1 }, { WEIGHTED: false }, 30, aroundHalf),
    countCase({ M: 20, N: 3 }, { WEIGHTED: false }, 19, labels(2)), // ties
  ],
});
