import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readTableFile, readTableSet, type TableName } from '../../demo/data/tables.ts';
import { readRequest } from '../../demo/headless/readRequest.ts';
import { foldProblem, learnable, tableFolds, tableProblem } from '../../demo/headless/tableProblem.ts';
import { parseTrainCommand, type TrainCommand } from '../../demo/headless/trainCommand.ts';

test.each<[TableName, number, string, Record<string, number>]>([
  ['iris', 150, 'species', {}],
  [
    'penguins',
    344,
    'Species',
    { 'Beak Length (mm)': 2, 'Beak Depth (mm)': 2, 'Flipper Length (mm)': 2, 'Body Mass (g)': 2, Sex: 11 },
  ],
  ['cars', 406, 'Miles_per_Gallon', { Miles_per_Gallon: 8, Horsepower: 6 }],
])('%s has its %i rows, a target, and the values known to be missing', (name, rows, target, missing) => {
  const set = readTableSet(name);
  expect(set.target).toBe(target);
  expect(set.table.count).toBe(rows);
  const counts = set.table.columns.map(({ name, cells }) => [name, cells.filter((c) => c === null).length]);
  expect(Object.fromEntries(counts.filter(([, count]) => count))).toEqual(missing);
});

test('penguins by three categories, cars by numbers and their origin', () => {
  const kinds = (name: TableName, kind: string) =>
    readTableSet(name)
      .table.columns.filter((column) => column.kind === kind)
      .map((column) => column.name);
  expect(kinds('penguins', 'category')).toEqual(['Species', 'Island', 'Sex']);
  expect(kinds('cars', 'category')).toEqual(['Origin']);
  expect(new Set(readTableSet('cars').table.columns.find(({ name }) => name === 'Year')?.cells)).toContain(
    1982,
  );
});

test('a fold is fitted on its training rows, and tested on others', () => {
  const task = learnable({ ...readTableSet('cars'), ignore: [] });
  expect(task.table.count).toBe(398);
  const folds = tableFolds(task);
  expect(folds).toEqual(tableFolds(task));
  for (const fold of folds) {
    const { preprocessing, train, test } = foldProblem(task, fold);
    expect(train.y.length + test.y.length).toBe(398);
    expect(preprocessing).toEqual(foldProblem(task, { ...fold, testRows: [0] }).preprocessing);
    for (const { x, y } of [train, test]) expect(x.length).toBe(9 * y.length);
    expect(mean(train.y)).toBeCloseTo(0, 5);
    expect(mean(train.y.map((value) => value ** 2))).toBeCloseTo(1, 4);
  }
});

test('every fold of the penguins has the species in equal shares', () => {
  const task = learnable({ ...readTableSet('penguins'), ignore: [] });
  for (const fold of tableFolds(task)) {
    const { y } = foldProblem(task, fold).test;
    const counts = [0, 1, 2].map((label) => y.filter((other) => other === label).length);
    expect([30, 31]).toContain(counts[0]);
    expect([13, 14]).toContain(counts[1]);
    expect([24, 25]).toContain(counts[2]);
  }
});

test('what was left out and what is missing is said', () => {
  const { notes } = tableProblem({ ...readTableSet('cars'), ignore: [] });
  expect(notes).toEqual([
    'Miles_per_Gallon missing in 8 of 406 rows: left out',
    'Horsepower missing in 6 of 398 rows: the mean of the training rows instead',
  ]);
});

test('a CSV file goes to the page with its target and its columns', () => {
  const file = writeCSV('id,size,sort\n1,2.5,0\n2,3.5,1\n');
  const request = (...args: string[]) => {
    const command = parseTrainCommand(['node', 'train.ts', '--dataset', file, ...args]);
    return readRequest(command as TrainCommand);
  };
  const { task, ...rest } = request('--target', 'sort', '--categories', 'sort', '--ignore', 'id');
  expect(rest).toEqual({ dataset: file, epochs: 100, batchSize: 16, backend: 'auto', seed: 1 });
  expect(task).toMatchObject({ target: 'sort', ignore: ['id'] });
  expect(task?.table.columns.map(({ kind }) => kind)).toEqual(['numeric', 'numeric', 'category']);
  expect(() => request('--target', 'kind')).toThrow(
    '--target must be one of the columns id, size, sort; got kind.',
  );
  expect(() => request('--target', 'sort', '--ignore', 'x')).toThrow(
    '--ignore must be one of the columns id, size, sort; got x.',
  );
});

test('a CSV file that is not there, or not right, is said by name or line', () => {
  expect(() => readTableFile('nowhere.csv', [])).toThrow(/no such file.*nowhere\.csv/);
  expect(() => readTableFile(writeCSV('a,b\n1\n'), [])).toThrow('text, line 2: got ["1"], expected 2 fields');
});

function writeCSV(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'shaderprop-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'table.csv');
  writeFileSync(file, text);
  return file;
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
