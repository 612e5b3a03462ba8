import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dense,
  dropMissing,
  encodeInputs,
  encodeTarget,
  fitPreprocessing,
  type Preprocessing,
  predictedClasses,
  predictedValues,
  sequential,
  type Table,
  tableFromCSV,
  tableFromRecords,
} from '../../src/index.ts';

const pets = tableFromCSV(
  ['kind,age,weight,home', 'cat,2,4,house', 'dog,4,10,farm', 'cat,?,4,house', 'bird,6,0,'].join('\n'),
);

test('records become columns in the order in which they appear, with what is not there missing', () => {
  const records = [
    { a: 1, b: 'x' },
    { b: true, c: null },
    { a: Number.NaN, c: '2' },
  ];
  expect(tableFromRecords(records)).toEqual({
    count: 3,
    columns: [
      { name: 'a', kind: 'numeric', cells: [1, null, null] },
      { name: 'b', kind: 'category', cells: ['x', 'true', null] },
      { name: 'c', kind: 'numeric', cells: [null, null, '2'] },
    ],
  });
});

test('a column may have the name of something that every object has', () => {
  const table = tableFromRecords([{ constructor: 1, toString: 'a', y: 1 }, { y: 2 }, { y: 3 }]);
  expect(table.columns.map(({ kind }) => kind)).toEqual(['numeric', 'category', 'numeric']);
  const preprocessing = fitPreprocessing(table, { target: 'y' });
  expect(encodeInputs(preprocessing, table).missing).toEqual({ constructor: 2, toString: 2 });
});

test.each<[string, unknown, string]>([
  ['no array', {}, 'records: got {}, expected an array of objects'],
  ['a row that is no object', [{}, 5], 'records[1]: got 5, expected an object'],
  [
    'a value of another kind',
    [{ a: 1 }, { a: [2] }],
    "records[1], column 'a': got [2], expected a finite number",
  ],
  ['an infinite number', [{ a: Infinity }], "records[0], column 'a': got Infinity, expected a finite number"],
])('%s is refused', (_, records, message) => {
  expect(() => tableFromRecords(records as Record<string, unknown>[])).toThrow(message);
});

test('dropMissing leaves rows out, of every column', () => {
  expect(dropMissing(pets, ['home', 'age'])).toEqual(
    tableFromCSV(['kind,age,weight,home', 'cat,2,4,house', 'dog,4,10,farm'].join('\n')),
  );
  expect(() => dropMissing(pets, ['size'])).toThrow(
    "names[0]: got 'size', expected one of the columns kind, age, weight, home",
  );
});

describe('fitting and encoding', () => {
  test('numbers are standardised, categories become a 0 or 1 each, what is missing is counted', () => {
    const preprocessing = fitPreprocessing(pets, { target: 'kind' });
    expect(preprocessing).toEqual({
      inputs: [
        { name: 'age', kind: 'numeric', mean: 4, deviation: Math.sqrt(8 / 3) },
        { name: 'weight', kind: 'numeric', mean: 4.5, deviation: Math.sqrt(12.75) },
        { name: 'home', kind: 'category', categories: ['farm', 'house'] },
      ],
      target: { name: 'kind', kind: 'category', categories: ['bird', 'cat', 'dog'] },
    });
    const { x, ...rest } = encodeInputs(preprocessing, pets, [3, 0, 2]);
    expect(rest).toEqual({ width: 4, missing: { age: 1, home: 1 }, unseen: {} });
    const [age, light, four] = [2 / Math.sqrt(8 / 3), -4.5 / Math.sqrt(12.75), -0.5 / Math.sqrt(12.75)];
    expect(x).toEqual(Float32Array.of(age, light, 0, 0, -age, four, 0, 1, 0, four, 0, 1));
    expect(encodeTarget(preprocessing, pets)).toEqual(Float32Array.of(1, 2, 1, 0));
  });

  test('a category that the training rows lack is none of theirs, and is counted', () => {
    const preprocessing = fitPreprocessing(pets, { target: 'weight', trainingRows: [0, 2], ignore: ['age'] });
    const { x, unseen } = encodeInputs(preprocessing, pets);
    expect(x).toEqual(Float32Array.of(1, 1, 0, 0, 1, 1, 0, 0));
    expect(unseen).toEqual({ kind: 2, home: 1 });
  });

  test('a column that does not vary is 0, not divided by 0', () => {
    const table = tableFromRecords([0.1, 0.1, 0.1, 0.3].map((a, y) => ({ a, y })));
    const preprocessing = fitPreprocessing(table, { target: 'y', trainingRows: [0, 1, 2] });
    expect(preprocessing.inputs).toEqual([{ name: 'a', kind: 'numeric', mean: 0.1, deviation: 0 }]);
    expect(encodeInputs(preprocessing, table).x).toEqual(Float32Array.of(0, 0, 0, 0.3 - 0.1));
  });

  test('a column keeps its kind in a table whose cells would suggest another', () => {
    const training = tableFromCSV('size,y\n01,1\nXL,2\n7,3');
    const preprocessing = fitPreprocessing(training, { target: 'y' });
    expect([...encodeInputs(preprocessing, tableFromCSV('size\n01\n7')).x]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...encodeInputs(preprocessing, tableFromRecords([{ size: 7 }])).x]).toEqual([0, 1, 0]);
  });

  test('predictions come back as classes and values', () => {
    const classes = fitPreprocessing(pets, { target: 'kind' });
    expect(predictedClasses(classes, [0.1, 0.2, 0.7, 0.9, 0.1, 0])).toEqual(['dog', 'bird']);
    const values = fitPreprocessing(pets, { target: 'weight' });
    const back = predictedValues(values, encodeTarget(values, pets));
    expect(back).toEqual([4, 10, 4, 0].map((value) => expect.closeTo(value, 5)));
  });

  test('the model keeps it, and JSON keeps it too', () => {
    const preprocessing = fitPreprocessing(pets, { target: 'kind' });
    const layers = [dense({ units: 3, activation: 'softmax', inputShape: [4] })];
    const saved = JSON.stringify(sequential({ layers, preprocessing }));
    const model = sequential(JSON.parse(saved));
    expect(model.preprocessing).toEqual(preprocessing);
    expect(JSON.stringify(model)).toBe(saved);
    expect(JSON.parse(JSON.stringify(sequential({ layers })))).not.toHaveProperty('preprocessing');
  });
});

describe('errors name the row and the column', () => {
  const options = { target: 'kind' };
  const fitted = (changes: object) => () => fitPreprocessing(pets, { ...options, ...changes });
  test.each<[string, () => unknown, string]>([
    [
      'no such target',
      fitted({ target: 'size' }),
      "target: got 'size', expected one of the columns kind, age",
    ],
    [
      'no such column',
      fitted({ ignore: ['age', 'size'] }),
      "ignore[1]: got 'size', expected one of the columns",
    ],
    [
      'no column left',
      fitted({ ignore: ['age', 'weight', 'home'] }),
      'expected at least one column left as an input',
    ],
    ['no rows', fitted({ trainingRows: [] }), 'trainingRows: got [], expected at least one row'],
    [
      'a row too far',
      fitted({ trainingRows: [0, 4] }),
      'trainingRows[1]: got 4, expected an integer from 0 to 3',
    ],
    [
      'nothing known',
      fitted({ trainingRows: [2] }),
      "column 'age': got 'missing values alone', expected a value in",
    ],
    [
      'too many',
      fitted({ maxCategories: 1 }),
      "column 'home': got '2 categories', expected at most 1: ignore",
    ],
    [
      'an unknown option',
      fitted({ rows: [1] }),
      "fitPreprocessing option: got 'rows', expected one of target",
    ],
    [
      'no target',
      fitted({ target: 'home' }),
      "row 3, column 'home': got 'a missing value', expected a value to learn",
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  const preprocessing = fitPreprocessing(pets, { target: 'kind', trainingRows: [0, 1] });
  const encode = (csv: string) => encodeInputs(preprocessing, tableFromCSV(csv));
  test.each<[string, () => unknown, string]>([
    [
      'a column that is not there',
      () => encode('age,home\n1,a'),
      "preprocessing column: got 'weight', expected one",
    ],
    [
      'text for a number',
      () => encode('age,weight,home\n1,2,a\n1,x,a'),
      "row 1, column 'weight': got 'x', expected a",
    ],
    [
      'an unseen class',
      () => encodeTarget(preprocessing, pets),
      "row 3, column 'kind': got 'bird', expected one of",
    ],
    [
      'values of classes',
      () => predictedValues(preprocessing, [1]),
      "preprocessing.target: got 'category', expected",
    ],
    [
      'odd rows',
      () => predictedClasses(preprocessing, [1, 2, 3]),
      'expected rows of 2 numbers, one for each class',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  const model = (given: unknown, width = 4) =>
    sequential({
      layers: [dense({ units: 3, inputShape: [width] })],
      preprocessing: given as Preprocessing,
    });
  test.each<[string, () => unknown, string]>([
    [
      'another width',
      () => model(preprocessing, 5),
      "preprocessing.inputs: got '4 numbers a row', expected 5 numbers",
    ],
    [
      'no columns',
      () => model({ inputs: {}, target: {} }),
      'preprocessing.inputs: got {}, expected an array of',
    ],
    [
      'half a column',
      () => model({ inputs: [{ name: 'a' }] }),
      'preprocessing.inputs[0]: got {"name":"a"}, expected',
    ],
    ['no target', () => model({ inputs: [] }), 'preprocessing.target: got undefined, expected { name, kind'],
    ['something else', () => model(7), 'preprocessing: got 7, expected an object of options'],
  ])('%s in a model', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

describe('of any table', () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const record = fc.record({
    a: fc.option(number, { freq: 5 }),
    b: fc.option(fc.constantFrom('x', 'y', 'z'), { freq: 5 }),
    y: number,
  });
  const records = fc.array(record, { minLength: 4, maxLength: 30 });

  test('standardised training columns have mean 0 and deviation 1, whatever is missing', () => {
    fc.assert(
      fc.property(records, (list) => {
        // Values far apart enough that a deviation means something within float32.
        const table = tableFromRecords([...list, { a: -1e6, y: 1 }, { a: 1e6, y: 2 }]);
        const preprocessing = fitPreprocessing(table, { target: 'y', ignore: ['b'] });
        const { x, missing } = encodeInputs(preprocessing, table);
        const known = x.filter((_, row) => table.columns[0].cells[row] !== null);
        expect(known.length).toBe(x.length - (missing.a ?? 0));
        expect(mean(x)).toBeCloseTo(0, 5);
        expect(mean(known)).toBeCloseTo(0, 5);
        expect(mean(known.map((value) => value ** 2))).toBeCloseTo(1, 4);
      }),
    );
  });

  test('rows that are not trained on leave no trace', () => {
    fc.assert(
      fc.property(records, records, (training, others) => {
        const seen = [...training, { a: 1, b: 'x', y: 3 }];
        const rows = seen.map((_, row) => row);
        const fitted = (table: Table) => fitPreprocessing(table, { target: 'y', trainingRows: rows });
        const alone = tableFromRecords(seen);
        const among = tableFromRecords([...seen, ...others]);
        expect(fitted(among)).toEqual(fitted(alone));
        const together = encodeInputs(fitted(among), among);
        const apart = encodeInputs(fitted(alone), tableFromRecords([{ a: 0, b: 'x', y: 0 }, ...others]));
        const newRows = together.x.subarray(seen.length * together.width);
        expect(newRows).toEqual(apart.x.subarray(apart.width));
      }),
    );
  });
});

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
