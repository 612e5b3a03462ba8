/** Tables as they come from files and records: named columns of text and numbers, some of them missing. */
import { checkOneOf, checkOptions, fail } from '../model/check.ts';

/** `numeric`: every cell that is there is a number. `category`: text that stands for one of several classes. */
export type ColumnKind = 'numeric' | 'category';

const columnKinds: readonly ColumnKind[] = ['numeric', 'category'];

/** What a table holds in one place; null where the value is missing. */
export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** One for each row, as read: the text of a number stays text. */
  readonly cells: readonly Cell[];
}

/** Columns of `count` cells each: plain data. */
export interface Table {
  readonly count: number;
  readonly columns: readonly Column[];
}

export interface TableOptions {
  /**
   * Kinds of columns by name, where the cells do not tell: postcodes, or classes written as numbers. Columns that
   * are not named are numeric when every cell of every row is a number or missing.
   */
  kinds?: Readonly<Record<string, ColumnKind>>;
  /** Texts that stand for a missing value, instead of empty, `NA`, `NaN`, `null` and `?`. */
  missing?: readonly string[];
}

export const TABLE_OPTIONS = ['kinds', 'missing'];
const MISSING = ['', 'NA', 'NaN', 'null', '?'];
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a cell holds, or undefined where it holds none within float64. */
export function numberIn(cell: Cell): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  const text = cell?.trim() ?? '';
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * A table of records: an object for each row, its columns by name in the order in which they first appear.
 * @param records numbers, texts and booleans (which become the categories `true` and `false`); what is null,
 * undefined or NaN, or not in a record at all, is missing
 * @throws when a record is not an object, or a value is something else, naming its row and column
 */
export function tableFromRecords(
  records: readonly Readonly<Record<string, unknown>>[],
  options: TableOptions = {},
): Table {
  checkOptions('tableFromRecords', options, TABLE_OPTIONS);
  if (!Array.isArray(records)) fail('records', records, 'an array of objects');
  const odd = records.findIndex((record) => typeof record !== 'object' || record === null);
  if (odd >= 0) fail(`records[${odd}]`, records[odd], 'an object of values by column');
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const place = (row: number) => `records[${row}]`;
  const rows = records.map((record, row) => names.map((name) => cellOf(record, name, place(row))));
  return buildTable(names, rows, place, options);
}

function cellOf(record: Readonly<Record<string, unknown>>, name: string, place: string): Cell {
  // A record's own: every object has a 'constructor', which a column may well be called.
  const value = Object.hasOwn(record, name) ? record[name] : null;
  if (value === undefined || value === null || Number.isNaN(value)) return null;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return fail(columnPlace(place, name), value, 'a finite number, a text, a boolean or null');
}

export const columnPlace = (place: string, name: string) => `${place}, column '${name}'`;

/**
 * Rows of cells as a table.
 * @param place names a row in messages
 */
export function buildTable(
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
  place: (row: number) => string,
  { kinds = {}, missing = MISSING }: TableOptions,
): Table {
  const given = parseKinds(kinds, names);
  const isMissing = (cell: Cell) => typeof cell === 'string' && missing.includes(cell.trim());
  const columns = names.map((name, i) => {
    const cells = rows.map((row) => (isMissing(row[i]) ? null : row[i]));
    const odd = cells.findIndex((cell) => cell !== null && numberIn(cell) === undefined);
    if (given.get(name) === 'numeric' && odd >= 0) {
      fail(columnPlace(place(odd), name), cells[odd], 'a number, or a missing value');
    }
    return { name, kind: given.get(name) ?? (odd < 0 ? 'numeric' : 'category'), cells };
  });
  return { count: rows.length, columns };
}

function parseKinds(
  kinds: Readonly<Record<string, ColumnKind>>,
  names: readonly string[],
): ReadonlyMap<string, ColumnKind> {
  if (typeof kinds !== 'object' || kinds === null) fail('kinds', kinds, 'an object of kinds by column');
  for (const [name, kind] of Object.entries(kinds)) {
    if (!names.includes(name)) fail('kinds', name, `one of the columns ${names.join(', ')}`);
    checkOneOf(`kinds['${name}']`, kind, columnKinds);
  }
  return new Map(Object.entries(kinds));
}

/** @throws when the table has no such column; `argument` is what asked for it */
export function findColumn(argument: string, table: Table, name: string): Column {
  const names = table.columns.map((column) => column.name);
  return table.columns[names.indexOf(name)] ?? fail(argument, name, `one of the columns ${names.join(', ')}`);
}

/**
 * The table without the rows where one of these columns is missing.
 * @throws when the table has no such column
 */
export function dropMissing(table: Table, names: readonly string[]): Table {
  const needed = names.map((name, i) => findColumn(`names[${i}]`, table, name).cells);
  const isKept = (_: Cell, row: number) => needed.every((cells) => cells[row] !== null);
  const columns = table.columns.map((column) => ({ ...column, cells: column.cells.filter(isKept) }));
  return { count: columns[0]?.cells.length ?? 0, columns };
}
