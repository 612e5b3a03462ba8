/** Tables to a network's inputs and targets, and its predictions back to classes and values. */
import { fail } from '../model/check.ts';
import {
  type CategoryScale,
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
  const width = inputsWidth(preprocessing);
  const x = new Float32Array(chosen.length * width);
  const missing: Record<string, number> = {};
  const unseen: Record<string, number> = {};
  let at = 0;
  for (const scale of preprocessing.inputs) {
    const { name } = scale;
    const { cells } = findColumn('preprocessing', table, name);
    chosen.forEach((row, i) => {
      const cell = cells[row];
      const place = i * width + at;
      if (cell === null) {
        missing[name] = (missing[name] ?? 0) + 1;
      } else if (scale.kind === 'numeric') {
        x[place] = standardise(scale, cell, row);
      } else {
        const category = scale.categories.indexOf(String(cell));
        if (category < 0) unseen[name] = (unseen[name] ?? 0) + 1;
        else x[place + category] = 1;
      }
    });
    at += inputWidth(scale);
  }
  return { x, width, missing, unseen };
}

// The mean of the training rows is 0 here, and so what stands in for a missing number.
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
  const column = findColumn('preprocessing', table, target.name);
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
