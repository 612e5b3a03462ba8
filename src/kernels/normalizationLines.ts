/** What the two kernels of normalisation share: the lines along which it goes. */
interface Shape {
  readonly N: number;
  /** Lines are features over the batch's rows; else rows over their features. */
  readonly BATCH: boolean;
}

/** The indices of each line's numbers in a matrix of `rows` × N. */
export function linesOf({ N, BATCH }: Shape, rows: number): number[][] {
  const [lines, count] = BATCH ? [N, rows] : [rows, N];
  return Array.from({ length: lines }, (_, line) =>
    Array.from({ length: count }, (_, i) => (BATCH ? i * N + line : line * N + i)),
  );
}

export const total = (values: readonly number[]) => values.reduce((a, b) => a + b);

export const average = (values: readonly number[]) => total(values) / values.length;

/** Sizes for both kinds of lines: features of a batch, and rows. */
export const lineKinds = [
  { BATCH: false, kind: 'rows' },
  { BATCH: true, kind: 'features' },
] as const;
