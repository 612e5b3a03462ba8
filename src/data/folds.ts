/** Row numbers to train on and to test on. */
import { checkOptions, checkPositiveInteger, fail } from '../model/check.ts';
import { shuffledRows } from '../model/random.ts';

export interface Fold {
  readonly trainingRows: readonly number[];
  readonly testRows: readonly number[];
}

export interface FoldOptions {
  /** Number of folds, at least 2. */
  k?: number;
  /** An integer that the draw follows from. */
  seed?: number;
  /** The class of each row: every fold then has the classes in the whole's proportions, as nearly as rows allow. */
  labels?: ArrayLike<string | number | null>;
}

/**
 * Splits rows for k-fold cross-validation: every row is tested on in one fold and trained on in the others. The first
 * fold alone is a split of the rows into a training and a test part, 1 in k of them.
 * @throws when there are fewer rows than folds, or a label for another number of rows
 */
export function kFold(rows: number, options: FoldOptions = {}): Fold[] {
  checkOptions('kFold', options, ['k', 'seed', 'labels']);
  const { k = 5, seed = 0, labels } = options;
  if (checkPositiveInteger('k', k) < 2) fail('k', k, 'at least 2');
  if (checkPositiveInteger('rows', rows) < k) fail('rows', rows, `at least ${k}, one for each fold`);
  if (!Number.isSafeInteger(seed)) fail('seed', seed, 'an integer');
  const order = Array.from(shuffledRows(rows, seed, 0));
  if (labels !== undefined) {
    if (labels.length !== rows) fail('labels', labels, `${rows} labels, one for each row`);
    // Sorting keeps the draw within a class; dealt out in turn, each class then spreads over all folds.
    const text = Array.from(labels, String);
    order.sort((a, b) => Number(text[a] > text[b]) - Number(text[a] < text[b]));
  }
  return Array.from({ length: k }, (_, fold) => ({
    trainingRows: order.filter((_, i) => i % k !== fold).sort((a, b) => a - b),
    testRows: order.filter((_, i) => i % k === fold).sort((a, b) => a - b),
  }));
}
