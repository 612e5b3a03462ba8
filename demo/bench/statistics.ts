export interface Summary {
  median: number;
  low: number;
  high: number;
}

/** @param values at least one */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new Error('summarise: got no values, expected at least one');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, low: sorted[0], high: sorted[sorted.length - 1] };
}

/**
 * How many times as fast one was as another, round by round: what slows the machine down for a while slows both, and
 * leaves the ratio. Rounds that only one has are left out.
 */
export function speeds(times: readonly number[], base: readonly number[]): number[] {
  return times.slice(0, base.length).map((time, round) => base[round] / time);
}

/** Whether two losses are one but for rounding, which training amplifies. */
export function agrees(loss: number, wanted: number, tolerance = 1e-3): boolean {
  return Math.abs(loss - wanted) <= tolerance * Math.abs(wanted);
}
