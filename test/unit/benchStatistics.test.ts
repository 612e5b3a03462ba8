import { describe, expect, test } from 'vitest';
import { formatCount, formatRange, formatSpeed, threeDigits } from '../../demo/bench/format.ts';
import { agrees, speeds, summarise } from '../../demo/bench/statistics.ts';

describe('summarise', () => {
  test('takes the middle of an odd number of values, whatever their order', () => {
    expect(summarise([9, 100, 10])).toEqual({ median: 10, low: 9, high: 100 });
  });

  test('takes the mean of the middle two of an even number', () => {
    expect(summarise([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1, high: 4 });
  });

  test('takes one value, leaves what it was given alone, and refuses none', () => {
    expect(summarise([7])).toEqual({ median: 7, low: 7, high: 7 });
    const values = [3, 1, 2];
    summarise(values);
    expect(values).toEqual([3, 1, 2]);
    expect(() => summarise([])).toThrow('got no values, expected at least one');
  });
});

describe('speeds', () => {
  test('are ratios of the same round: a machine that slows down does not change them', () => {
    expect(speeds([2, 20, 4], [1, 10, 2])).toEqual([0.5, 0.5, 0.5]);
  });

  test('leave out rounds that only one of the two has', () => {
    expect(speeds([2, 2], [1, 4, 8])).toEqual([0.5, 2]);
    expect(speeds([2, 2, 2], [1])).toEqual([0.5]);
  });
});

test.each([
  [0.5, 0.50004, true],
  [0.5, 0.5006, false],
  [1e-6, 2e-6, false],
  [0, 0, true],
  [Number.NaN, 0.5, false],
  [Number.POSITIVE_INFINITY, 0.5, false],
])('a loss of %d and one of %d agree: %s', (loss, wanted, expected) => {
  expect(agrees(loss, wanted)).toBe(expected);
});

test.each([
  [0, '0.00'],
  [0.00207565, '0.00208'],
  [0.0999, '0.0999'],
  [0.09996, '0.100'],
  [1, '1.00'],
  [9.995, '9.99'],
  [99.96, '100'],
  [1234.5, '1,230'],
  [108_432, '108,000'],
])('%d is shown as %s', (value, shown) => {
  expect(threeDigits(value)).toBe(shown);
});

test('counts, speeds and ranges', () => {
  expect([formatCount(6), formatCount(0), formatCount(0.0051)]).toEqual(['6', '0', '0.00510']);
  expect(formatSpeed({ median: 1, low: 1, high: 1 })).toBe('1×');
  expect(formatSpeed({ median: 12.345, low: 0, high: 0 })).toBe('12.3×');
  expect(formatRange({ median: 2, low: 1, high: 3.456 })).toBe('1.00–3.46');
});
