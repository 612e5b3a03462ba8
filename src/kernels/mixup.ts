import shader from '../../shaders/mixup.wgsl';
import { labels, normal, permutation } from './fills.ts';
import { type ConstantsOf, defineKernel, type Fill, type ParityCase, type StepValues } from './kernel.ts';
import { rowShapes, samplesFor } from './shapes.ts';
import { readTarget } from './targets.ts';
import { ULP } from './tolerance.ts';

type Constants = ConstantsOf<typeof shader>;

function mixCase(
  { M, N }: { M: number; N: number },
  options: Partial<Constants> = {},
  step: Partial<StepValues> = {},
): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  const { SPARSE = false, WEIGHTED = false } = options;
  const WIDTH = SPARSE ? 1 : N;
  const COLUMNS = N + Number(WEIGHTED);
  const stride = WIDTH + Number(WEIGHTED);
  // A third of the rows counts for nothing.
  const weight: Fill = (uniform) => Math.max(0, 3 * uniform() - 1);
  const value = SPARSE ? labels(N) : normal();
  const { rows = M, mix = 0.3125, partner = Math.ceil(M / 3) } = step;
  return {
    label: `${SPARSE ? 'labels' : 'numbers'}, ${mix} of ${rows} of ${M} rows × ${N}`,
    constants: { M, COLUMNS, WIDTH, GATHER: true, ...options },
    step: { first: 2, rows, mix, partner },
    tensors: {
      target_rows: {
        size: samples * stride,
        fill: (uniform, i) => (i % stride < WIDTH ? value : weight)(uniform, i),
      },
      permutation: { size: samples, fill: permutation(samples) },
      mixed: { size: M * COLUMNS, fill: normal() },
    },
  };
}

export const mixRows = defineKernel({
  shader,
  threads: ({ M, COLUMNS }) => M * COLUMNS,
  reference({ mixed, ...inputs }, constants, { first, rows, mix, partner }) {
    const { COLUMNS, WEIGHTED } = constants;
    const N = COLUMNS - Number(WEIGHTED);
    const read = (row: number) => readTarget({ ...inputs }, { ...constants, N }, first, row % rows);
    for (let row = 0; row < rows; row++) {
      const [one, other] = [read(row), read(row + partner)];
      const weight = mix * one.weight + (1 - mix) * other.weight;
      const share = weight > 0 ? (mix * one.weight) / weight : mix;
      for (let j = 0; j < N; j++) {
        mixed[row * COLUMNS + j] = share * one.target[j] + (1 - share) * other.target[j];
      }
      if (WEIGHTED) mixed[row * COLUMNS + N] = weight;
    }
  },
  // Shares are off by 3 ULP of 1, and so are sums of two products of them; λ = 1 changes no bit.
  tolerance({ target_rows }, { mixed }, { COLUMNS }, { rows, mix }) {
    const most = target_rows.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    const error = mix < 1 ? 8 * ULP * most : 0;
    return { mixed: new Float64Array(mixed.length).fill(error, 0, rows * COLUMNS) };
  },
  cases: () => [
    ...rowShapes.map((shape) => mixCase(shape)),
    mixCase({ M: 9, N: 4 }, {}, { mix: 1 }),
    mixCase({ M: 9, N: 4 }, {}, { mix: 0.1, partner: 8 }),
    mixCase({ M: 30, N: 5 }, {}, { rows: 1, partner: 0 }),
    mixCase({ M: 30, N: 5 }, { SPARSE: true }, { rows: 17, partner: 16 }),
    mixCase({ M: 40, N: 3 }, { SPARSE: true, WEIGHTED: true }, { mix: 0.8, partner: 7 }),
    mixCase({ M: 40, N: 3 }, { WEIGHTED: true }),
    mixCase({ M: 12, N: 5 }, { WEIGHTED: true, GATHER: false }, { rows: 11, mix: 0.6 }),
  ],
});
