/** From what users have to the rows of float32 numbers that a device takes. */
import { checkPositiveInteger, fail } from '../model/check.ts';
import { isSparse, type Loss } from '../model/losses.ts';

type Numbers = ArrayLike<number>;

/** Rows of numbers: one array of rows × width, row after row, or an array for each row. */
export type RowsInput = Numbers | readonly Numbers[];

/** `count` rows of `width` numbers, row after row. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/**
 * @throws when the data does not come in rows of `width` numbers, is empty, or holds a number that is not finite
 */
export function toRows(argument: string, input: RowsInput, width: number): Rows {
  const data = flatten(argument, input, width);
  if (data.length === 0) fail(argument, input, 'at least one row');
  if (data.length % width !== 0) fail(argument, input, `rows of ${width} numbers`);
  const bad = indexOfNotFinite(data);
  if (bad >= 0) {
    const place = `${argument}, row ${Math.floor(bad / width)}, column ${bad % width}`;
    fail(place, data[bad], 'a finite number within float32');
  }
  return { count: data.length / width, width, data };
}

/** Numbers that are looked at together: their sum tells whether one of them is worth looking for. */
const PIECE = 2 ** 16;

/** This sees every number of a data set while the page waits: so by a loop without a branch. */
function indexOfNotFinite(data: Float32Array): number {
  for (let at = 0; at < data.length; at += PIECE) {
    const piece = data.subarray(at, at + PIECE);
    if (!Number.isFinite(sum(piece))) return at + piece.findIndex((number) => !Number.isFinite(number));
  }
  return -1;
}

/** In float64: finite where all of float32's numbers are. By four sums, since each waits for what it adds to. */
function sum(data: Float32Array): number {
  const whole = data.length - (data.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += data[i];
    b += data[i + 1];
    c += data[i + 2];
    d += data[i + 3];
  }
  return data.subarray(whole).reduce((a, b) => a + b, a + b + c + d);
}

function flatten(argument: string, input: RowsInput, width: number): Float32Array {
  if (input instanceof Float32Array) return input;
  if (typeof input !== 'object' || input === null || typeof input.length !== 'number') {
    fail(argument, input, `a Float32Array, or an array of rows of ${width} numbers`);
  }
  if (typeof input[0] !== 'object') return Float32Array.from(input as Numbers);
  const rows = Array.from(input as readonly Numbers[]);
  const odd = rows.findIndex((row) => row?.length !== width);
  if (odd >= 0) fail(`${argument}[${odd}]`, rows[odd], `a row of ${width} numbers`);
  const data = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return data;
}

/**
 * The targets of a loss: labels for the sparse one, else a number for each output.
 * @throws when they do not fit the loss, or their number differs from `count`
 */
export function toTargets(
  argument: string,
  input: RowsInput,
  loss: Loss,
  outputs: number,
  count: number,
): Rows {
  const sparse = isSparse(loss);
  const rows = toRows(argument, input, sparse ? 1 : outputs);
  if (rows.count !== count) fail(argument, input, `${count} rows, one for each row of x`);
  if (!sparse) return rows;
  const bad = rows.data.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= outputs);
  if (bad >= 0) fail(`${argument}[${bad}]`, rows.data[bad], `a label: an integer from 0 to ${outputs - 1}`);
  return rows;
}

/** Rows `from` to `to`, without a copy. */
export function sliceRows({ width, data }: Rows, from: number, to: number): Rows {
  return { count: to - from, width, data: data.subarray(from * width, to * width) };
}

/** Rows and their targets. */
export interface LabelledRows {
  readonly x: Rows;
  readonly target: Rows;
  /** The last column of the target is the row's weight. */
  readonly weighted?: boolean;
}

/** The last `fraction` of the rows, at least one, apart from the others. */
export function splitRows(
  { x, target }: LabelledRows,
  fraction: number,
): { data: LabelledRows; validation: LabelledRows } {
  const at = x.count - Math.max(1, Math.round(x.count * fraction));
  if (at < 1)
    fail('validationSplit', fraction, `a share that leaves some of the ${x.count} rows to train on`);
  const cut = (from: number, to: number) => ({
    x: sliceRows(x, from, to),
    target: sliceRows(target, from, to),
  });
  return { data: cut(0, at), validation: cut(at, x.count) };
}

export const checkBatchSize = (value: unknown) => checkPositiveInteger('batchSize', value);
