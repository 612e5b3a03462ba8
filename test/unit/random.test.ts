import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchSequence } from '../../src/data/batches.ts';
import { shuffledRows, streams, uniformSource } from '../../src/model/random.ts';

const draw = (source: () => number, count = 200) => Array.from({ length: count }, source);

/** Pearson's correlation: near 0 for independent numbers, about 1/√count off. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const center = (list: readonly number[]) => {
    const mean = list.reduce((sum, value) => sum + value) / list.length;
    return list.map((value) => value - mean);
  };
  const [u, v] = [center(a), center(b)];
  const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  return dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
}

describe('uniform numbers', () => {
  test('repeat with seed, stream and index', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(9), fc.nat(99), (seed, stream, index) => {
        const once = draw(uniformSource(seed, stream, index), 5);
        expect(draw(uniformSource(seed, stream, index), 5)).toEqual(once);
        for (const value of once) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(1);
        }
      }),
    );
  });

  test('fill [0, 1) evenly', () => {
    const bins = new Array<number>(20).fill(0);
    for (const value of draw(uniformSource(1, streams.initializer), 20_000)) bins[Math.floor(value * 20)]++;
    // χ² of 19 degrees of freedom: above 43.8 once in a thousand seeds.
    const chiSquared = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(43.8);
  });

  test('of neighbouring seeds, streams and indices have nothing to do with each other', () => {
    const reference = draw(uniformSource(5, 1, 0), 4000);
    for (const [seed, stream, index] of [
      [6, 1, 0],
      [4, 1, 0],
      [5, 2, 0],
      [5, 1, 1],
      [-5, 1, 0],
      [1, 5, 0],
    ]) {
      const other = draw(uniformSource(seed, stream, index), 4000);
      expect(Math.abs(correlation(reference, other))).toBeLessThan(0.06);
    }
  });
});

describe('the order of the rows', () => {
  test('is a permutation, the same for a seed and an epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), fc.nat(1000), (size, seed, epoch) => {
        const rows = shuffledRows(size, seed, epoch);
        expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
        expect(shuffledRows(size, seed, epoch)).toEqual(rows);
      }),
    );
  });

  test('differs from epoch to epoch and from seed to seed', () => {
    const orders = [0, 1, 2].flatMap((seed) =>
      [0, 1, 2].map((epoch) => shuffledRows(50, seed, epoch).join()),
    );
    expect(new Set(orders).size).toBe(9);
  });

  test('puts every row in every place equally often', () => {
    const counts = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
    for (let epoch = 0; epoch < 6000; epoch++) {
      for (const [place, row] of shuffledRows(6, 42, epoch).entries()) counts[place][row]++;
    }
    // A thousand each, ± 29: five standard deviations allowed.
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });
});

describe('batches', () => {
  /** The rows of an epoch, and how many each batch has. */
  function drawEpoch(sequence: BatchSequence, samples: number) {
    const rows = new Uint32Array(samples);
    const counts: number[] = [];
    for (let first = 0; first < samples; first += counts[counts.length - 1]) {
      counts.push(sequence.next(rows, first));
    }
    return { rows: [...rows], counts };
  }

  const sizes = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 70 }));

  test('of a pass in order hold every row once, the last ones short', () => {
    fc.assert(
      fc.property(sizes, ([samples, batchSize]) => {
        const { rows, counts } = drawEpoch(new BatchSequence(samples, batchSize), samples);
        expect(rows).toEqual(Array.from({ length: samples }, (_, i) => i));
        for (const count of counts.slice(0, -1)) expect(count).toBe(batchSize);
      }),
    );
  });

  test('go on from epoch to epoch, each with an order of its own', () => {
    fc.assert(
      fc.property(sizes, ([samples, batchSize]) => {
        let epochs = 0;
        const order = (rows: Uint32Array<ArrayBuffer>) => shuffledRows(samples, 3, epochs++, rows);
        const sequence = new BatchSequence(samples, batchSize, order);
        expect(sequence.stepsPerEpoch).toBe(Math.ceil(samples / batchSize));
        for (let epoch = 0; epoch < 3; epoch++) {
          const { rows, counts } = drawEpoch(sequence, samples);
          expect(counts.length).toBe(sequence.stepsPerEpoch);
          expect(rows).toEqual([...shuffledRows(samples, 3, epoch)]);
        }
        expect(epochs).toBe(3);
      }),
    );
  });
});
