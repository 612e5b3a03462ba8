import { checkOneOf, fail } from './check.ts';
import type { Network } from './network.ts';

const names = [
  'accuracy',
  'meanSquaredError',
  'meanAbsoluteError',
  'r2',
  'precision',
  'recall',
  'f1',
  'auc',
] as const;

/**
 * - `accuracy`: share of rows whose largest output is the right one; of a single output, of those on the right
 *   side of ½.
 * - `meanSquaredError`, `meanAbsoluteError`: means over rows and outputs.
 * - `r2`: 1 − Σ(s − y)² / Σ(s − s̄)², over rows and outputs.
 * - `precision`, `recall`, `f1`: of class 1 for a single output; else the mean over the classes.
 * - `auc`: area under the ROC curve, for a single output.
 */
export type Metric = (typeof names)[number];

export function parseMetrics(values: unknown, network: Network): Metric[] {
  if (!Array.isArray(values)) fail('metrics', values, `an array of ${names.join(', ')}`);
  return values.map((value, i) => {
    const metric = checkOneOf(`metrics[${i}]`, value, names);
    if (metric === 'auc' && network.outputs !== 1)
      fail(`metrics[${i}]`, metric, 'a model of one output with it');
    return metric;
  });
}

/** Made from sums over rows, which every step leaves beside its loss. */
export const needsSums = (metrics: readonly Metric[]) =>
  metrics.some((metric) => ['meanSquaredError', 'meanAbsoluteError', 'r2'].includes(metric));

/** Made from counts by class, which add up on the device. */
export const needsCounts = (metrics: readonly Metric[]) =>
  metrics.some((metric) => ['precision', 'recall', 'f1', 'auc'].includes(metric));

/** Bins of the interval [0, 1] in which a single output's values are counted for the ROC curve. */
export const ROC_BINS = 4096;

/** Precision, recall and F1 of a confusion matrix: rows are the true classes. */
export function classScores(matrix: readonly (readonly number[])[]): {
  precision: number;
  recall: number;
  f1: number;
} {
  const classes = matrix.length === 2 ? [1] : matrix.map((_, i) => i);
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const scores = classes.map((c) => {
    const hits = matrix[c][c];
    const predicted = matrix.reduce((sum, row) => sum + row[c], 0);
    const actual = matrix[c].reduce((a, b) => a + b, 0);
    return {
      precision: ratio(hits, predicted),
      recall: ratio(hits, actual),
      f1: ratio(2 * hits, predicted + actual),
    };
  });
  const mean = (key: 'precision' | 'recall' | 'f1') =>
    scores.reduce((sum, s) => sum + s[key], 0) / scores.length;
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

/** Area under the ROC curve from the two classes' histograms, by trapezoids: ties within a bin count half. */
export function rocArea(negatives: ArrayLike<number>, positives: ArrayLike<number>): number {
  let below = 0;
  let area = 0;
  let total = 0;
  for (let i = 0; i < negatives.length; i++) {
    area += positives[i] * (below + negatives[i] / 2);
    below += negatives[i];
    total += positives[i];
  }
  return below === 0 || total === 0 ? Number.NaN : area / (below * total);
}
