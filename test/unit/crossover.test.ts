/** The map of who trains faster: the command's arguments, and which cells are measured. */
import { describe, expect, test } from 'vitest';
import { cellWorkload, emptyGrid, inOrder, knownWinner, tookTooLong } from '../../demo/crossover/grid.ts';
import { type Cell, type CrossoverResult, crossoverDefaults, leadOf } from '../../demo/crossover/result.ts';
import { parseCrossoverCommand } from '../../demo/headless/crossoverCommand.ts';

describe('npm run crossover', () => {
  const parse = (...args: string[]) => parseCrossoverCommand(['node', 'crossover.ts', ...args]);

  test('without arguments: the coarse grid, in Chrome', () => {
    expect(parse()).toEqual({
      ...crossoverDefaults,
      browser: 'chrome',
      json: undefined,
      png: undefined,
    });
  });

  test('takes every option', () => {
    const args = '--fine --largest 64 --rounds 1 --budget 5 --seconds 20 --browser firefox --json a --png b';
    expect(parse(...args.split(' '))).toEqual({
      factor: 2,
      largest: 64,
      rounds: 1,
      budget: 5,
      seconds: 20,
      browser: 'firefox',
      json: 'a',
      png: 'b',
    });
  });

  test.each([
    ['--largest 3', '--largest must be 4 or more; got 3.'],
    ['--rounds 0', '--rounds must be 1 or more; got 0.'],
    ['--seconds long', '--seconds must be a whole number; got long.'],
    ['--browser safari', '--browser must be one of chrome, firefox; got safari.'],
    ['--png test', '--png test is a folder.'],
    ['--width 3', 'Unknown option `--width`'],
  ])('%s is refused', (args, message) => {
    expect(() => parse(...args.split(' '))).toThrow(message);
  });
});

describe('the grid', () => {
  const result = (options = {}): CrossoverResult => ({
    ...{ userAgent: '', cores: 1, isolated: true, adapter: null, seconds: 0 },
    options: { ...crossoverDefaults, ...options },
    ...emptyGrid({ ...crossoverDefaults, ...options }),
  });
  const once = (median: number) => ({ median, low: median, high: median });
  const measured = (webgpu: number, cpu: number): Cell['measured'] => ({
    webgpu: once(webgpu),
    cpu: once(cpu),
    speed: once(cpu / webgpu),
  });
  /** That cell, once the ones beside it are known: the narrower, and the one of smaller batches. */
  function between(narrower: Partial<Cell>, smaller: Partial<Cell>) {
    const known = result();
    const at = (width: number, batch: number) =>
      known.cells.find((cell) => cell.width === width && cell.batch === batch) as Cell;
    Object.assign(at(64, 32), narrower);
    Object.assign(at(256, 8), smaller);
    return knownWinner(at(256, 32), known);
  }

  test('goes from narrow to wide and from small batches to large, by powers', () => {
    const { widths, batches, cells } = result();
    expect([widths, batches]).toEqual([
      [4, 16, 64, 256, 1024],
      [2, 8, 32, 128, 512],
    ]);
    expect(cells).toHaveLength(25);
    expect(cells[6]).toEqual({ width: 16, batch: 8 });
    expect(result({ factor: 2 }).cells).toHaveLength(81);
    expect(result({ largest: 16 }).cells).toHaveLength(4);
  });

  test('is measured from the cheap to the dear: neighbours before those that they may spare', () => {
    const order = inOrder(result().cells);
    expect(order[0]).toEqual({ width: 4, batch: 2 });
    expect(order.at(-1)).toEqual({ width: 1024, batch: 512 });
    for (const cell of order) {
      const before = order.slice(0, order.indexOf(cell));
      for (const smaller of order) {
        const isBeside =
          (smaller.width * 4 === cell.width && smaller.batch === cell.batch) ||
          (smaller.batch * 4 === cell.batch && smaller.width === cell.width);
        if (isBeside) expect(before).toContain(smaller);
      }
    }
  });

  test('leaves out what takes long where both neighbours say who wins', () => {
    expect(between({ measured: measured(50, 5) }, { measured: measured(60, 10) })).toBe('cpu');
    expect(between({ measured: measured(5, 50) }, { measured: measured(6, 60) })).toBe('webgpu');
    expect(between({ skipped: 'cpu' }, { measured: measured(60, 10) })).toBe('cpu');
  });

  test('measures what is quick, disputed, or has no neighbours', () => {
    expect(between({ measured: measured(5, 0.5) }, { measured: measured(6, 1) })).toBeUndefined();
    expect(between({ measured: measured(50, 5) }, { measured: measured(10, 60) })).toBeUndefined();
    expect(between({ measured: measured(50, 20) }, { measured: measured(60, 10) })).toBeUndefined();
    expect(between({ skipped: 'time' }, { measured: measured(60, 10) })).toBeUndefined();
    expect(between({}, { measured: measured(60, 10) })).toBeUndefined();
  });

  test('does not begin what is larger than what took too long', () => {
    const known = result();
    const at = (width: number, batch: number) =>
      known.cells.find((cell) => cell.width === width && cell.batch === batch) as Cell;
    at(64, 32).skipped = 'time';
    expect([at(256, 32), at(64, 128)].map((cell) => tookTooLong(cell, known))).toEqual([true, true]);
    expect([at(64, 32), at(16, 32), at(64, 8)].some((cell) => tookTooLong(cell, known))).toBe(false);
  });

  test('has a network for every cell', () => {
    const { x, y, rows, layers, weights } = cellWorkload({ width: 16, batch: 8 });
    expect(layers.map(({ inputs, units }) => [inputs, units])).toEqual([
      [16, 16],
      [16, 10],
    ]);
    expect([rows % 8, x.length, y.length]).toEqual([0, 16 * rows, 10 * rows]);
    expect(weights.map(({ length }) => length)).toEqual([256, 16, 160, 10]);
    expect(y.reduce((sum, value) => sum + value, 0)).toBe(rows);
  });

  test.each([
    [1, 12, '12×', 'WebGPU'],
    [3, 1, '3×', 'CPU'],
    [6557, 1, '6,600×', 'CPU'],
    [1.02, 1, 'even', ''],
  ])('says of %d ms on WebGPU and %d on the CPU: %s %s', (webgpu, cpu, factor, name) => {
    expect(leadOf({ width: 4, batch: 2, measured: measured(webgpu, cpu) })).toEqual({ factor, name });
    expect(leadOf({ width: 4, batch: 2, skipped: 'cpu' })).toBeUndefined();
  });
});
