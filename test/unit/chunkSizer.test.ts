import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkSizer } from '../../src/plan/chunkSizer.ts';

const MOST = 1000;
const TARGET = 50;

/** Runs chunks on a device that takes so many milliseconds for a step; gives the sizes. */
function chunks(millisecondsPerStep: number, { first = 1, count = 20 } = {}): number[] {
  const sizer = new ChunkSizer(MOST, first);
  return Array.from({ length: count }, () => {
    const { size } = sizer;
    sizer.record(size, size * millisecondsPerStep, TARGET);
    return size;
  });
}

test('starts with what it is told, as far as the tables hold it', () => {
  expect(new ChunkSizer(MOST, 1).size).toBe(1);
  expect(new ChunkSizer(10, 16).size).toBe(10);
});

test('grows step by step to the size that fits the time', () => {
  expect(chunks(0.5, { count: 9 })).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100]);
  expect(chunks(0.5, { first: 16, count: 5 })).toEqual([16, 32, 64, 100, 100]);
});

test('stays at one step where a step takes longer than a chunk may', () => {
  expect(new Set(chunks(400))).toEqual(new Set([1]));
});

test('never exceeds the tables, however fast the device', () => {
  expect(chunks(0).at(-1)).toBe(MOST);
});

test('shrinks at once when steps become slower', () => {
  const sizer = new ChunkSizer(MOST, 1);
  for (let i = 0; i < 10; i++) sizer.record(sizer.size, sizer.size * 0.1, TARGET);
  expect(sizer.size).toBe(500);
  sizer.record(500, 500 * 5, TARGET);
  expect(sizer.size).toBe(10);
});

test('goes on from its size after the rest of a run', () => {
  const sizer = new ChunkSizer(MOST, 64);
  sizer.record(3, 3 * 0.5, TARGET);
  expect(sizer.size).toBe(100);
});

describe('whatever is measured', () => {
  test('the size is a whole number of steps that the tables hold', () => {
    const measurement = fc.tuple(
      fc.integer({ min: 1, max: MOST }),
      fc.double({ min: -5, max: 1e5, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MOST }), fc.array(measurement), (most, list) => {
        const sizer = new ChunkSizer(most, 1);
        for (const [steps, milliseconds] of list) {
          const largest = Math.max(steps, sizer.size);
          sizer.record(steps, milliseconds, TARGET);
          expect(Number.isInteger(sizer.size)).toBe(true);
          expect(sizer.size).toBeGreaterThanOrEqual(1);
          expect(sizer.size).toBeLessThanOrEqual(Math.min(most, 2 * largest));
        }
      }),
    );
  });
});
