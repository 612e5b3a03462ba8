import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kFold } from '../../src/index.ts';

const sorted = (rows: readonly number[]) => rows.toSorted((a, b) => a - b);

test('every row is tested on once, in the fold that does not train on it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(50), fc.integer(), (k, more, seed) => {
      const all = [...Array(k + more).keys()];
      const folds = kFold(all.length, { k, seed });
      expect(sorted(folds.flatMap(({ testRows }) => testRows))).toEqual(all);
      for (const { trainingRows, testRows } of folds) {
        expect(sorted([...trainingRows, ...testRows])).toEqual(all);
        expect([0, 1]).toContain(testRows.length - Math.floor(all.length / k));
      }
    }),
  );
});

test('with labels, every fold has the classes in the same proportions', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: 5 }), (labels) => {
      const folds = kFold(labels.length, { k: 5, labels });
      for (const label of labels) {
        const total = labels.filter((other) => other === label).length;
        for (const { testRows } of folds) {
          const here = testRows.filter((row) => labels[row] === label).length;
          expect([0, 1]).toContain(here - Math.floor(total / 5));
        }
      }
    }),
  );
});

test('repeats with its seed and differs with another', () => {
  expect(kFold(20, { seed: 3 })).toEqual(kFold(20, { seed: 3 }));
  expect(kFold(20, { seed: 3 })).not.toEqual(kFold(20, { seed: 4 }));
});

test.each<[string, number, object, string]>([
  ['one fold', 10, { k: 1 }, 'k: got 1, expected at least 2'],
  ['fewer rows than folds', 4, {}, 'rows: got 4, expected at least 5, one for each fold'],
  ['too few labels', 10, { labels: ['a'] }, 'labels: got ["a"], expected 10 labels, one for each row'],
  ['a seed that is no integer', 10, { seed: 0.5 }, 'seed: got 0.5, expected an integer'],
  ['an unknown option', 10, { folds: 5 }, "kFold option: got 'folds', expected one of k, seed, labels"],
])('%s is refused', (_, rows, options, message) => {
  expect(() => kFold(rows, options)).toThrow(message);
});
