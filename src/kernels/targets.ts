/** How references read targets: the host's side of `shaders/lib/targets.wgsl`. */
import type { HostTensors } from './kernel.ts';

export interface TargetConstants {
  readonly N: number;
  readonly WIDTH: number;
  readonly SPARSE: boolean;
  readonly WEIGHTED: boolean;
  readonly GATHER: boolean;
}

/** What the outputs of the batch's row should have been, and the row's weight. */
export function readTarget(
  { target_rows, permutation }: HostTensors<'target_rows' | 'permutation'>,
  { N, WIDTH, SPARSE, WEIGHTED, GATHER }: TargetConstants,
  first: number,
  row: number,
): { target: Float64Array; weight: number } {
  const source = (GATHER ? permutation[first + row] : row) * (WIDTH + Number(WEIGHTED));
  const given = target_rows.slice(source, source + WIDTH);
  return {
    target: SPARSE ? Float64Array.from({ length: N }, (_, j) => Number(j === given[0])) : given,
    weight: WEIGHTED ? target_rows[source + WIDTH] : 1,
  };
}

/** Index of the largest number, the first of several. */
export const argmax = (values: Float64Array) => values.indexOf(values.reduce((a, b) => Math.max(a, b)));
