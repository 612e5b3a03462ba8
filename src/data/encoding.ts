/** Tables to a network's inputs and targets, and its predictions back to classes and values. */
import { fail } from '../model/check.ts';
import {
  type CategoryScale,
  type ColumnScale,
  checkRows,
  checkTarget,
  inputsWidth,
  inputWidth,
  type NumericScale,
  type Preprocessing,
} from './preprocessing.ts';
import { type Cell, columnPlace, findColumn, numberIn, type Table } from './table.ts';

export interface EncodedInputs {
  /** Rows × `width`, row after row. */
  readonly x: Float32Array<ArrayBuffer>;
  readonly width: number;
  /** How many values were missing, by column, where any were: numbers then count as the training mean, categories as none. */
  readonly missing: Readonly<Record<string, number>>;
  /** How many categories were not among those of the training rows, by column: they count as none. */
  readonly unseen: Readonly<Record<string, number>>;
}

/**
 * Columns as inputs: numbers standardised, categories as a 0 or 1 for each category of the training rows. A category
 * that is missing or was not among the training rows is 0 throughout; both are counted in the result.
 * @param rows numbers of the rows, in the order wanted; without it all rows
 * @returns `x`, rows × width
 * @throws when a column is not in the table, or a numeric one holds something else, naming its row
 */
export function encodeInputs(
  preprocessing: Preprocessing,
  table: Table,
  rows?: ArrayLike<number>,
): EncodedInputs {
  const chosen = checkRows('rows', rows, table);
  const columns = preprocessing.inputs.map((scale) => {
    const { cells } = findColumn('preprocessing column', table, scale.name);
    return { scale, cells: chosen.map((row) => cells[row]) };
  });
  const width = inputsWidth(preprocessing);
  const x = new Float32Array(chosen.length * width);
  let at = 0;
  for (const { scale, cells } of columns) {
    // What is missing stays 0, which in a numeric column is the mean of the training rows.
    for (const [i, cell] of cells.entries()) {
      if (cell !== null) x.set(encodeCell(scale, cell, chosen[i]), i * width + at);
    }
    at += inputWidth(scale);
  }
  const count = (test: (cell: Cell, scale: ColumnScale) => boolean) => {
    const counts = columns.map(
      ({ scale, cells }) => [scale.name, cells.filter((cell) => test(cell, scale)).length] as const,
    );
    return Object.fromEntries(counts.filter(([, number]) => number > 0));
  };
  return { x, width, missing: count((cell) => cell === null), unseen: count(isUnseen) };
}

const isUnseen = (cell: Cell, scale: ColumnScale) =>
  cell !== null && scale.kind === 'category' && !scale.categories.includes(String(cell));

function encodeCell(scale: ColumnScale, cell: Cell, row: number): number[] {
  if (scale.kind === 'category') return scale.categories.map((category) => Number(category === String(cell)));
  return [standardise(scale, cell, row)];
}

function standardise({ name, mean, deviation }: NumericScale, cell: Cell, row: number): number {
  const value = numberIn(cell) ?? fail(columnPlace(`row ${row}`, name), cell, 'a number, or a missing value');
  return (value - mean) / (deviation || 1);
}

/**
 * The target column: labels, which are positions in `preprocessing.target.categories`, or standardised values.
 * @param rows numbers of the rows, in the order wanted; without it all rows
 * @returns a number a row
 * @throws when a value is missing, or of a class that is not among those of the training rows
 */
export function encodeTarget(
  { target }: Preprocessing,
  table: Table,
  rows?: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const chosen = checkRows('rows', rows, table);
  const column = findColumn('preprocessing column', table, target.name);
  checkTarget(column, chosen);
  return Float32Array.from(chosen, (row) =>
    target.kind === 'numeric'
      ? standardise(target, column.cells[row], row)
      : labelOf(target, column.cells[row], row),
  );
}

function labelOf({ name, categories }: CategoryScale, cell: Cell, row: number): number {
  const label = categories.indexOf(String(cell));
  if (label < 0) fail(columnPlace(`row ${row}`, name), cell, `one of ${categories.join(', ')}`);
  return label;
}

/**
 * The class of each row of a prediction: the one of its largest output.
 * @param prediction rows × classes, row after row
 * @throws when the target is not a category column, or the prediction does not come in rows of its classes
 */
export function predictedClasses({ target }: Preprocessing, prediction: ArrayLike<number>): string[] {
  if (target.kind !== 'category') {
    fail('preprocessing.target', target.kind, 'a category column; predictedValues is for numeric ones');
  }
  const { categories } = target;
  const outputs = Array.from(prediction);
  if (outputs.length % categories.length !== 0) {
    fail('prediction', prediction, `rows of ${categories.length} numbers, one for each class`);
  }
  return Array.from({ length: outputs.length / categories.length }, (_, row) => {
    const scores = outputs.slice(row * categories.length, (row + 1) * categories.length);
    return categories[scores.indexOf(Math.max(...scores))];
  });
}

/**
 * A prediction in the target's own unit.
 * @param prediction a number a row
 * @throws when the target is not a numeric column
 */
export function predictedValues({ target }: Preprocessing, prediction: ArrayLike<number>): number[] {
  if (target.kind !== 'numeric') {
    fail('preprocessing.target', target.kind, 'a numeric column; predictedClasses is for categories');
  }
  const { mean, deviation } = target;
  return Array.from(prediction, (output) => mean + output * (deviation || 1));
}
