import { expect, test } from 'vitest';
import { parseTrainCommand } from '../../demo/headless/trainCommand.ts';

const parse = (...args: string[]) => parseTrainCommand(['node', 'train.ts', ...args]);

test('without arguments: the digits, in Chrome', () => {
  expect(parse()).toEqual({
    dataset: 'digits',
    target: undefined,
    ignore: [],
    categories: [],
    epochs: 5,
    batchSize: 32,
    backend: 'auto',
    browser: 'chrome',
    seed: 1,
    json: undefined,
  });
});

test('takes every option', () => {
  const args =
    '--dataset xor --epochs 9 --batch-size 2 --backend reference --browser firefox --seed -7 --json out';
  expect(parse(...args.split(' '))).toMatchObject({
    dataset: 'xor',
    epochs: 9,
    batchSize: 2,
    backend: 'reference',
    browser: 'firefox',
    seed: -7,
    json: 'out',
  });
});

test('takes the columns of a table', () => {
  const args = '--dataset data/wine.csv --target quality --ignore id,name --categories quality,year';
  expect(parse(...args.split(' '))).toMatchObject({
    dataset: 'data/wine.csv',
    target: 'quality',
    ignore: ['id', 'name'],
    categories: ['quality', 'year'],
    epochs: 100,
    batchSize: 16,
  });
  expect(parse('--dataset', 'cars', '--target', '7')).toMatchObject({ dataset: 'cars', target: '7' });
});

test('takes an experiment, with settings of its own', () => {
  const common = { backend: 'auto', browser: 'chrome', seed: 1, json: undefined };
  const experiment = 'vanishing';
  expect(parse('--experiment', experiment)).toEqual({ experiment, epochs: 3, batchSize: 32, ...common });
  const args =
    '--experiment vanishing --epochs 1 --batch-size 400 --backend webgpu --browser firefox --seed 5';
  expect(parse(...args.split(' '))).toEqual({
    ...{ experiment, epochs: 1, batchSize: 400, backend: 'webgpu' },
    ...{ browser: 'firefox', seed: 5, json: undefined },
  });
});

test.each([
  [
    '--dataset cats',
    '--dataset must be one of digits, xor, circles, spirals, iris, penguins, cars or a file that ends in .csv or .tsv; got cats.',
  ],
  ['--dataset wine.csv', '--target must name the column of wine.csv to learn.'],
  ['--target y', '--target goes with --dataset iris, penguins, cars or FILE.csv; got digits.'],
  ['--dataset xor --ignore y', '--ignore goes with --dataset iris, penguins, cars or FILE.csv; got xor.'],
  ['--dataset iris --categories y', '--categories goes with --dataset FILE.csv; got iris.'],
  ['--experiment exploding', '--experiment must be one of vanishing; got exploding.'],
  ['--experiment', 'option `--experiment <name>` value is missing'],
  [
    '--experiment vanishing --dataset xor',
    '--dataset does not go with --experiment, which brings its own data.',
  ],
  ['--experiment vanishing --target y', '--target does not go with --experiment, which brings its own data.'],
  ['--experiment vanishing --epochs 0', '--epochs must be 1 or more; got 0.'],
  ['--epochs 0', '--epochs must be 1 or more; got 0.'],
  ['--epochs -3', '--epochs must be 1 or more; got -3.'],
  ['--epochs 1.5', '--epochs must be a whole number; got 1.5.'],
  ['--epochs many', '--epochs must be a whole number; got many.'],
  ['--epochs', 'option `--epochs <n>` value is missing'],
  ['--batch-size 0', '--batch-size must be 1 or more; got 0.'],
  ['--backend cuda', '--backend must be one of auto, webgpu, cpu, reference; got cuda.'],
  ['--browser lynx', '--browser must be one of chrome, firefox; got lynx.'],
  ['--seed 1 --seed 2', '--seed must be a whole number; got 1,2.'],
  ['--speed 9', 'Unknown option `--speed`'],
  ['digits', 'Unused args: `digits`'],
  ['--json test', '--json test is a folder.'],
  ['--json nowhere/result.json', /^--json nowhere\/result.json: there is no folder .*nowhere\.$/],
])('%s is refused', (args, message) => {
  expect(() => parse(...args.split(' '))).toThrow(message);
});
