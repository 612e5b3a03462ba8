import { expect, test } from 'vitest';
import { parseResultsCommand } from '../../demo/headless/resultsCommand.ts';
import { experiments } from '../../demo/headless/resultsProtocol.ts';

const parse = (...args: string[]) => parseResultsCommand(['node', 'results.ts', ...args]);

test('without arguments: everything, in Chrome', () => {
  const standard = { backend: 'auto', browser: 'chrome', seed: 1, json: undefined };
  expect(parse()).toEqual({ experiments, ...standard });
});

test('takes every option', () => {
  const args = '--only cars,iris --backend webgpu --browser firefox --seed 2 --json out';
  const { experiments: chosen, ...rest } = parse(...args.split(' ')) ?? {};
  expect(chosen?.map(({ name }) => name)).toEqual(['iris', 'cars']);
  expect(rest).toEqual({ backend: 'webgpu', browser: 'firefox', seed: 2, json: 'out' });
});

test('takes every line of a name', () => {
  const { experiments: chosen = [] } = parse('--only', 'overfitting') ?? {};
  expect(chosen.map(({ name }) => name)).toEqual(Array(4).fill('overfitting'));
  expect(new Set(chosen.map(({ method }) => method)).size).toBe(4);
});

test.each([
  ['--only cats', /^--only must be one of iris, penguins, cars, digits, overfitting, nielsen; got cats\.$/],
  ['--seed x', '--seed must be a whole number; got x.'],
  ['--json test', '--json test is a folder.'],
  ['--epochs 3', 'Unknown option `--epochs`'],
])('%s is refused', (args, message) => {
  expect(() => parse(...args.split(' '))).toThrow(message);
});
