/** What augmentation makes of rows that can be checked by hand, on WebGPU and on the reference. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Augmentation,
  augmentImages,
  augmentRows,
  createRuntime,
  type RowsInput,
  type Runtime,
} from '../../src/index.ts';
import { augmentedBatch } from '../support/augmentedBatch.ts';

/**
 * Seeds of models whose first step draws a round number for its first image: +½ for its place in x or y, for its
 * angle or its scale, or −1, of numbers in [−1, 1).
 */
const seeds = {
  halfRight: 25640661,
  halfDown: 2090337,
  halfTurned: 24476799,
  fullyTurnedBack: 1783166,
  halfLarger: 38366270,
  fullySmaller: 25828432,
};

/** A grey image of these rows of numbers. */
const image = (rows: readonly (readonly number[])[]) => rows.flat();

const ascending = (height: number, width: number) =>
  Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => 1 + y * width + x));

const bits = (numbers: RowsInput) => [...new Uint32Array(Float32Array.from(numbers as number[]).buffer)];

describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', { concurrent: true }, (backend) => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = await createRuntime({ backend });
  });

  afterAll(() => runtime.dispose());

  /** The first image of a step. */
  async function first(
    rows: number[][],
    seed: number,
    options: Omit<Parameters<typeof augmentImages>[0], 'shape'>,
  ) {
    const shape = [rows.length, rows[0].length];
    const augment = [augmentImages({ shape, ...options })];
    return [...(await augmentedBatch(runtime, augment, { x: [image(rows)], seed }))['x/images']];
  }

  const expectClose = (actual: readonly number[], wanted: readonly number[]) => {
    expect(actual.length).toBe(wanted.length);
    const worst = Math.max(...actual.map((value, i) => Math.abs(value - wanted[i])));
    expect(worst).toBeLessThan(1e-5);
  };

  describe('images', () => {
    test('move by whole pixels without a change of a bit', async () => {
      const rows = ascending(4, 8).map((row) => row.map((value) => Math.fround(value / 3)));
      const right = await first(rows, seeds.halfRight, { shift: [0, 0.5] });
      expect(bits(right)).toEqual(bits(image(rows.map((row) => [0, 0, ...row.slice(0, 6)]))));
      const down = await first(rows, seeds.halfDown, { shift: [0.5, 0] });
      expect(bits(down)).toEqual(bits(image([rows[0].map(() => 0), ...rows.slice(0, 3)])));
    });

    test('move by half a pixel to the mean of two', async () => {
      const [row] = ascending(1, 4);
      expect(await first([row], seeds.halfRight, { shift: [0, 0.25] })).toEqual([0.5, 1.5, 2.5, 3.5]);
    });

    test('turn by a quarter, clockwise', async () => {
      const turned = await first(ascending(3, 3), seeds.halfTurned, { rotate: 0.5 });
      expectClose(turned, [7, 4, 1, 8, 5, 2, 9, 6, 3]);
      const even = await first(ascending(4, 4), seeds.halfTurned, { rotate: 0.5 });
      expectClose(even, [13, 9, 5, 1, 14, 10, 6, 2, 15, 11, 7, 3, 16, 12, 8, 4]);
    });

    test('turn by a half, upside down', async () => {
      const rows = ascending(3, 5);
      const turned = await first(rows, seeds.fullyTurnedBack, { rotate: 0.5 });
      expectClose(turned, image(rows).toReversed());
    });

    test('shrink to half their size, each pixel the mean of four', async () => {
      const rows = ascending(4, 4);
      const half = await first(rows, seeds.fullySmaller, { zoom: 0.5 });
      expect(half).toEqual(
        image([
          [0, 0, 0, 0],
          [0, 3.5, 5.5, 0],
          [0, 11.5, 13.5, 0],
          [0, 0, 0, 0],
        ]),
      );
    });

    // The example of ONNX's operator GridSample: bilinear, padded with zeros, corners not aligned. Its grid of 6 × 6
    // places over an image of 4 × 4 is that image, with zeros around it, made 1.25 times as large.
    test('grow as ONNX documents it', async () => {
      const padded = [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 1, 2, 3, 0],
        [0, 4, 5, 6, 7, 0],
        [0, 8, 9, 10, 11, 0],
        [0, 12, 13, 14, 15, 0],
        [0, 0, 0, 0, 0, 0],
      ];
      const wanted = [
        [0.0, 0.15, 0.55, 0.95, 1.35, 0.75],
        [0.6, 1.5, 2.3, 3.1, 3.9, 2.1],
        [2.2, 4.7, 5.5, 6.3, 7.1, 3.7],
        [3.8, 7.9, 8.7, 9.5, 10.3, 5.3],
        [5.4, 11.1, 11.9, 12.7, 13.5, 6.9],
        [3.0, 6.15, 6.55, 6.95, 7.35, 3.75],
      ];
      expectClose(await first(padded, seeds.halfLarger, { zoom: 0.5 }), image(wanted));
    });

    test('have their channels moved alike', async () => {
      const grey = ascending(5, 4);
      const shape = [5, 4, 3];
      const options = { shift: 0.3, rotate: 0.2, zoom: 0.3, cutOut: 2 };
      const colours = image(grey).flatMap((value) => [value, -value, 2 * value]);
      const { 'x/images': coloured } = await augmentedBatch(runtime, [augmentImages({ shape, ...options })], {
        x: [colours],
        seed: 7,
      });
      const alone = await first(grey, 7, options);
      expectClose(
        [...coloured],
        alone.flatMap((value) => [value, -value, 2 * value]),
      );
    });

    test('are left as they are, to the bit, where nothing is asked for', async () => {
      const x = [0, 1, 2, 3].map((r) =>
        image(ascending(5, 7)).map((value) => Math.fround(Math.sin(r + value))),
      );
      const augment = [augmentImages({ shape: [5, 7] }), augmentRows({})];
      const tensors = await augmentedBatch(runtime, augment, { x, rows: [2, 0, 3] });
      expect(bits(tensors['x/images'])).toEqual(bits([...x[2], ...x[0], ...x[3]]));
      expect(Object.keys(tensors)).not.toContain('x/mixed');
      expect(Object.keys(tensors)).not.toContain('x/jittered');
    });

    test('lose one square, around any of their pixels, some of it outside', async () => {
      const [height, width, side] = [5, 8, 4];
      const augment = [augmentImages({ shape: [height, width], cutOut: side })];
      const x = Array.from({ length: 200 }, () => new Array<number>(height * width).fill(1));
      const { 'x/images': shown } = await augmentedBatch(runtime, augment, { x, seed: 3 });
      const seen = new Set<string>();
      for (let r = 0; r < x.length; r++) {
        const at = (row: number, column: number) => shown[(r * height + row) * width + column];
        const cells = Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width]);
        const cut = cells.filter(([row, column]) => at(row, column) === 0);
        expect(cells.every(([row, column]) => at(row, column) === 0 || at(row, column) === 1)).toBe(true);
        const [rows, columns] = [0, 1].map((axis) => cut.map((cell) => cell[axis]));
        const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
        const [left, right] = [Math.min(...columns), Math.max(...columns)];
        expect(cut.length).toBe((bottom - top + 1) * (right - left + 1));
        expect(bottom - top + 1 === side || top === 0 || bottom === height - 1).toBe(true);
        expect(right - left + 1 === side || left === 0 || right === width - 1).toBe(true);
        expect(cut.length).toBeGreaterThanOrEqual(4);
        seen.add(`${top},${bottom},${left},${right}`);
      }
      // 5 × 8 places: two hundred draws miss one of them with a chance of 1 in 4.
      expect(seen.size).toBeGreaterThan(34);
      expect(seen.size).toBeLessThanOrEqual(height * width);
    });

    test('get noise of the stated deviation, each number its own', async () => {
      const x = Array.from({ length: 40 }, () => new Array<number>(100).fill(3));
      const augment = [augmentImages({ shape: [10, 10], noise: 0.5 })];
      expectNoise(
        [...(await augmentedBatch(runtime, augment, { x }))['x/images']].map((v) => v - 3),
        0.5,
      );
    });
  });

  /** Mean, variance and share beyond two deviations of normal numbers, to four deviations of each; no two the same. */
  function expectNoise(noise: readonly number[], stddev: number) {
    const n = noise.length;
    const mean = noise.reduce((a, b) => a + b) / n;
    const variance = noise.reduce((sum, v) => sum + v * v, 0) / n;
    const beyond = noise.filter((v) => Math.abs(v) > 2 * stddev).length / n;
    expect(Math.abs(mean)).toBeLessThan((4 * stddev) / Math.sqrt(n));
    expect(Math.abs(variance / stddev ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(4 * Math.sqrt((0.0455 * 0.9545) / n));
    expect(new Set(noise).size).toBeGreaterThan(0.99 * n);
  }

  test('jitter is normal noise of the stated deviation', async () => {
    const x = Array.from({ length: 80 }, (_, r) => new Array<number>(50).fill(r));
    const { 'x/jittered': jittered } = await augmentedBatch(runtime, [augmentRows({ jitter: 0.25 })], { x });
    expectNoise(
      [...jittered].map((value, i) => value - Math.floor(i / 50)),
      0.25,
    );
  });

  describe('mixup', () => {
    const mixup = [augmentRows({ mixup: 0.2 })];
    const count = 5;
    const mixture = { mix: 0.75, partner: 2 };
    /** Each row its own unit vector: a mixed row says what it was made from. */
    const units = Array.from({ length: count }, (_, r) =>
      Array.from({ length: count }, (_, k) => Number(k === r)),
    );
    const labels = [0, 2, 1, 1, 2];
    const order = [3, 1, 4, 0, 2];
    /** What the mixed rows must be, of any numbers by row. */
    const mixed = (values: readonly (readonly number[])[], share: (a: number, b: number) => number) =>
      order.flatMap((a, i) => {
        const b = order[(i + mixture.partner) % count];
        return values[a].map((value, j) => share(a, b) * value + (1 - share(a, b)) * values[b][j]);
      });
    const oneHot = labels.map((label) => [0, 1, 2].map((j) => Number(j === label)));
    const common = { x: units, rows: order, mixture };

    test('makes a row three quarters of itself and one of another, and its label as much', async () => {
      const target = labels.map((label) => [label]);
      const tensors = await augmentedBatch(runtime, mixup, { ...common, target });
      expect([...tensors['x/mixed']]).toEqual(mixed(units, () => 0.75));
      expect([...tensors['target/mixed']]).toEqual(mixed(oneHot, () => 0.75));
    });

    test('mixes numbers as it mixes inputs', async () => {
      const target = units.map((_, r) => [r, 2 * r, -r]);
      const tensors = await augmentedBatch(runtime, mixup, { ...common, target, loss: 'meanSquaredError' });
      expect([...tensors['target/mixed']]).toEqual(mixed(target, () => 0.75));
    });

    test('lets rows of a weight count by it, and by nothing where neither has any', async () => {
      const weights = [0, 1, 4, 2, 0];
      const share = (a: number, b: number) => {
        const weight = 0.75 * weights[a] + 0.25 * weights[b];
        return weight > 0 ? (0.75 * weights[a]) / weight : 0.75;
      };
      const target = labels.map((label, r) => [label, weights[r]]);
      const tensors = await augmentedBatch(runtime, mixup, { ...common, target, weighted: true });
      const withWeights = oneHot.map((row, r) => [...row, weights[r]]);
      const wanted = mixed(withWeights, share).map((value, i) => {
        if (i % 4 < 3) return value;
        const at = Math.floor(i / 4);
        return 0.75 * weights[order[at]] + 0.25 * weights[order[(at + mixture.partner) % count]];
      });
      expectClose([...tensors['target/mixed']], wanted);
      // The inputs are mixed as before: what counts for nothing only has no say in the loss.
      expect([...tensors['x/mixed']]).toEqual(mixed(units, () => 0.75));
    });

    test('comes after what is done to images, and before jitter', async () => {
      const augment = [
        augmentImages({ shape: [1, count], shift: 0.3 }),
        augmentRows({ mixup: 0.2, jitter: 1e-3 }),
      ];
      const tensors = await augmentedBatch(runtime, augment, common);
      const images = order.map((_, r) => [...tensors['x/images'].slice(r * count, (r + 1) * count)]);
      const wanted = images.flatMap((row, r) =>
        row.map((value, k) => 0.75 * value + 0.25 * images[(r + mixture.partner) % count][k]),
      );
      expectClose([...tensors['x/mixed']], wanted);
      const noise = [...tensors['x/jittered']].map((value, i) => value - tensors['x/mixed'][i]);
      expect(Math.max(...noise.map(Math.abs))).toBeLessThan(5e-3);
      expect(new Set(noise).size).toBe(noise.length);
    });
  });

  describe('draws', () => {
    const augment: Augmentation[] = [
      augmentImages({ shape: [4, 4], shift: 0.2, rotate: 0.1, zoom: 0.2, noise: 0.1, cutOut: 1 }),
      augmentRows({ jitter: 0.1 }),
    ];
    const x = Array.from({ length: 6 }, () => Array.from({ length: 16 }, (_, i) => 1 + i));
    const draw = async (options: Partial<Parameters<typeof augmentedBatch>[2]> = {}) => {
      const tensors = await augmentedBatch(runtime, augment, { x, ...options });
      return bits(tensors['x/jittered']);
    };

    test('follow from the seed and the step, and from nothing else', async () => {
      const drawn = await draw();
      expect(await draw()).toEqual(drawn);
      expect(await draw({ hidden: 9 })).toEqual(drawn);
      expect(await draw({ fused: false })).toEqual(drawn);
      expect(await draw({ seed: 2 })).not.toEqual(drawn);
      expect(await draw({ index: 1 })).not.toEqual(drawn);
    });

    test('are each row’s own', async () => {
      const drawn = await draw();
      const rows = x.map((_, r) => drawn.slice(16 * r, 16 * (r + 1)).join());
      expect(new Set(rows).size).toBe(x.length);
    });
  });
});
