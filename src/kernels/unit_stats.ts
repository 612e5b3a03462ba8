import shader from '../../shaders/unit_stats.wgsl';
import { slopeCases } from './activationCases.ts';
import { between, normal } from './fills.ts';
import { activationSlope } from './formulas.ts';
import { defineKernel, type Fill, type ParityCase } from './kernel.ts';
import { rowShapes } from './shapes.ts';
import { slopeError, sumError } from './tolerance.ts';

function statsCase(
  { M, N }: { M: number; N: number },
  rows = M,
  kept: Fill = between(-1, 1),
): ParityCase<typeof shader> {
  return {
    label: `${rows < M ? `${rows} of ` : ''}${M} rows × ${N}`,
    constants: { M, N, OFFSET: 3 },
    step: { rows },
    tensors: {
      delta: { size: M * N, fill: normal() },
      kept: { size: M * N, fill: kept },
      stats: { size: 2 * N + 5, fill: normal() },
    },
  };
}

/** Calls `visit` with every element of a unit's column. */
function eachRow(rows: number, N: number, n: number, visit: (at: number) => void): void {
  for (let at = n; at < rows * N; at += N) visit(at);
}

export const unitStats = defineKernel({
  shader,
  threads: ({ N }) => N,
  reference({ delta, kept, stats }, constants, { rows }) {
    const { N, OFFSET } = constants;
    for (let n = 0; n < N; n++) {
      const pair = stats.subarray(OFFSET + 2 * n, OFFSET + 2 * n + 2).fill(0);
      eachRow(rows, N, n, (at) => {
        pair[0] += Math.abs(delta[at]);
        pair[1] = Math.max(pair[1], Math.abs(activationSlope(kept[at], constants)));
      });
    }
  },
  tolerance({ kept }, { stats }, constants, { rows }) {
    const { N, OFFSET } = constants;
    const errors = new Float64Array(stats.length);
    for (let n = 0; n < N; n++) {
      const pair = OFFSET + 2 * n;
      errors[pair] = sumError(stats[pair], rows);
      eachRow(rows, N, n, (at) => {
        errors[pair + 1] = Math.max(errors[pair + 1], slopeError(kept[at], constants));
      });
    }
    return { stats: errors };
  },
  cases: () => [
    ...rowShapes.map((shape) => statsCase(shape)),
    statsCase({ M: 9, N: 230 }, 4),
    ...slopeCases.map(({ label, constants, input }): ParityCase<typeof shader> => {
      const base = statsCase({ M: 3, N: 24 }, 3, input);
      return { ...base, label, constants: { ...base.constants, ...constants } };
    }),
  ],
});
