/** What turns a table's columns into a network's numbers: fitted on the training rows, saved with the model. */
import { checkOptions, checkPositiveInteger, fail } from '../model/check.ts';
import { type Cell, type Column, columnPlace, findColumn, numberIn, type Table } from './table.ts';

/** (value − mean) / deviation. The deviation of a column that does not vary is 0, and then nothing is divided. */
export interface NumericScale {
  readonly name: string;
  readonly kind: 'numeric';
  readonly mean: number;
  readonly deviation: number;
}

/** The categories of a column, sorted: a 0 or 1 for each as an input, its index as a target. */
export interface CategoryScale {
  readonly name: string;
  readonly kind: 'category';
  readonly categories: readonly string[];
}

export type ColumnScale = NumericScale | CategoryScale;

/** Plain data, which survives JSON: how columns become inputs, and the target something to learn. */
export interface Preprocessing {
  readonly inputs: readonly ColumnScale[];
  readonly target: ColumnScale;
}

export interface PreprocessingOptions {
  /** Name of the column to learn: classes where it is a category column, else values. */
  target: string;
  /** Numbers of the rows to fit on, without which it is all rows: leave out what the model is to be tested on. */
  trainingRows?: ArrayLike<number>;
  /** Names of columns to leave out. */
  ignore?: readonly string[];
  /** Largest number of categories in an input column; more are most likely names or numbers gone wrong. */
  maxCategories?: number;
}

const MAX_CATEGORIES = 50;

/**
 * Fits means, deviations and categories on the training rows alone: nothing of the other rows goes into them.
 * @throws when a column is unknown, has no value in the training rows or too many categories, or the target is
 * missing in one of them
 */
export function fitPreprocessing(table: Table, options: PreprocessingOptions): Preprocessing {
  checkOptions('fitPreprocessing', options, ['target', 'trainingRows', 'ignore', 'maxCategories']);
  const target = findColumn('target', table, options.target);
  const ignored = (options.ignore ?? []).map((name, i) => findColumn(`ignore[${i}]`, table, name));
  const rows = checkRows('trainingRows', options.trainingRows, table);
  const maxCategories = checkPositiveInteger('maxCategories', options.maxCategories ?? MAX_CATEGORIES);
  const inputs = table.columns.filter((column) => column !== target && !ignored.includes(column));
  if (inputs.length === 0) fail('ignore', options.ignore, 'at least one column left as an input');
  checkTarget(target, rows);
  return {
    inputs: inputs.map((column) => checkCategories(fitColumn(column, rows), maxCategories)),
    target: fitColumn(target, rows),
  };
}

/** Row numbers, each within the table; all rows where none are given. */
export function checkRows(argument: string, rows: ArrayLike<number> | undefined, table: Table): number[] {
  const numbers = rows === undefined ? [...Array(table.count).keys()] : Array.from(rows);
  if (numbers.length === 0) fail(argument, rows, 'at least one row');
  const odd = numbers.findIndex((row) => !Number.isInteger(row) || row < 0 || row >= table.count);
  if (odd >= 0) fail(`${argument}[${odd}]`, numbers[odd], `an integer from 0 to ${table.count - 1}`);
  return numbers;
}

/** @throws when a row has nothing to learn */
export function checkTarget({ name, cells }: Column, rows: readonly number[]): void {
  const row = rows.find((row) => cells[row] === null);
  if (row === undefined) return;
  const advice = `a value to learn; dropMissing(table, ['${name}']) leaves such rows out`;
  fail(columnPlace(`row ${row}`, name), 'a missing value', advice);
}

function fitColumn({ name, kind, cells }: Column, rows: readonly number[]): ColumnScale {
  const known = rows.map((row) => cells[row]).filter((cell) => cell !== null);
  if (known.length === 0) fail(`column '${name}'`, 'missing values alone', 'a value in the training rows');
  if (kind === 'category') return { name, kind, categories: [...new Set(known.map(String))].sort() };
  return { name, kind, ...meanAndDeviation(name, known) };
}

function meanAndDeviation(name: string, cells: readonly Cell[]): { mean: number; deviation: number } {
  const values = cells.map((cell) => numberIn(cell) as number);
  const average = (terms: readonly number[]) => terms.reduce((sum, term) => sum + term, 0) / terms.length;
  // Counted from the first value, a column that does not vary has exactly its value as mean, and 0 as deviation.
  const [origin] = values;
  const mean = origin + average(values.map((value) => value - origin));
  const deviation = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
  if (!Number.isFinite(deviation)) fail(`column '${name}'`, deviation, 'a deviation within float64');
  return { mean, deviation };
}

function checkCategories(scale: ColumnScale, most: number): ColumnScale {
  if (scale.kind === 'category' && scale.categories.length > most) {
    const accepted = `at most ${most}: ignore the column, or raise maxCategories`;
    fail(`column '${scale.name}'`, `${scale.categories.length} categories`, accepted);
  }
  return scale;
}

/** Numbers that a column becomes as an input. */
export const inputWidth = (scale: ColumnScale) => (scale.kind === 'numeric' ? 1 : scale.categories.length);

/** Numbers that a row's inputs are. */
export const inputsWidth = ({ inputs }: Preprocessing) =>
  inputs.reduce((sum, scale) => sum + inputWidth(scale), 0);

/**
 * Checks what a file or a caller brings as the preprocessing of a network with `width` inputs.
 * @throws when it is not what `fitPreprocessing` returns, or gives another number of inputs
 */
export function parsePreprocessing(value: Preprocessing, width: number): Preprocessing {
  checkOptions('preprocessing', value, ['inputs', 'target']);
  if (!Array.isArray(value.inputs)) fail('preprocessing.inputs', value.inputs, 'an array of columns');
  value.inputs.forEach((scale, i) => {
    checkScale(`preprocessing.inputs[${i}]`, scale);
  });
  checkScale('preprocessing.target', value.target);
  if (inputsWidth(value) !== width) {
    const accepted = `${width} numbers, the width of the first layer's inputShape`;
    fail('preprocessing.inputs', `${inputsWidth(value)} numbers a row`, accepted);
  }
  return value;
}

function checkScale(argument: string, scale: ColumnScale | undefined): void {
  const fits =
    scale?.kind === 'numeric'
      ? Number.isFinite(scale.mean) && Number.isFinite(scale.deviation)
      : scale?.kind === 'category' && Array.isArray(scale.categories);
  if (fits && typeof scale?.name === 'string') return;
  fail(argument, scale, '{ name, kind: numeric, mean, deviation } or { name, kind: category, categories }');
}
