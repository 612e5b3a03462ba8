import shader from '../../shaders/metric_sums.wgsl';
import { between, labels, normal, permutation } from './fills.ts';
import { type ConstantsOf, defineKernel, type ParityCase } from './kernel.ts';
import { rowShapes, samplesFor } from './shapes.ts';
import { readTarget } from './targets.ts';
import { sumError } from './tolerance.ts';

/** Rows that one workgroup adds up. */
const GROUP = shader.workgroupSize[0];

/** Pairs of sums that a batch of that many rows leaves. */
export const metricSumPairs = (rows: number) => 2 * Math.ceil(rows / GROUP);

function sumCase(
  { M, N }: { M: number; N: number },
  options: Partial<ConstantsOf<typeof shader>> = {},
  rows = M,
): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  const WIDTH = options.SPARSE ? 1 : N;
  const STRIDE = metricSumPairs(M) + 3;
  return {
    label: `${options.SPARSE ? 'labels' : 'numbers'}, ${rows} of ${M} rows × ${N}`,
    constants: { M, N, WIDTH, STRIDE, OFFSET: 1, GATHER: true, ...options },
    step: { first: 2, rows, slot: 1 },
    tensors: {
      y: { size: M * N, fill: normal() },
      target_rows: {
        size: samples * (WIDTH + Number(options.WEIGHTED)),
        fill: options.SPARSE ? labels(N) : normal(),
      },
      permutation: { size: samples, fill: permutation(samples) },
      metrics: { size: 3 * STRIDE * 2, fill: between(0, 1) },
    },
  };
}

export const metricSums = defineKernel({
  shader,
  threads: ({ M }) => M,
  reference({ y, metrics, ...inputs }, constants, { first, rows, slot }) {
    const { M, N, STRIDE, OFFSET } = constants;
    const start = 2 * (slot * STRIDE + OFFSET);
    metrics.fill(0, start, start + 2 * metricSumPairs(M));
    for (let row = 0; row < rows; row++) {
      const { target } = readTarget({ ...inputs }, constants, first, row);
      const at = start + 4 * Math.floor(row / GROUP);
      for (let j = 0; j < N; j++) {
        const error = y[row * N + j] - target[j];
        metrics[at] += error ** 2 / N;
        metrics[at + 1] += Math.abs(error) / N;
        metrics[at + 2] += target[j] / N;
        metrics[at + 3] += target[j] ** 2 / N;
      }
    }
  },
  // All but the third sum are of positive numbers; its magnitude is at most the root of rows times the fourth.
  tolerance: (_before, { metrics }, { N }, { rows }) => ({
    metrics: metrics.map((sum, i) => {
      const magnitude = Math.max(Math.abs(sum), Math.sqrt(rows * Math.abs(metrics[i + 1] ?? 0)));
      return 2 * sumError(magnitude, N + Math.min(rows, GROUP));
    }),
  }),
  cases: () => [
    ...rowShapes.map((shape) => sumCase(shape, { WEIGHTED: false })),
    sumCase({ M: 70, N: 4 }, { WEIGHTED: false }, 1),
    sumCase({ M: 12, N: 5 }, { SPARSE: true, WEIGHTED: true }),
    sumCase({ M: 12, N: 5 }, { WEIGHTED: true, GATHER: false }),
  ],
});
