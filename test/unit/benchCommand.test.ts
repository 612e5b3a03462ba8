import { expect, test } from 'vitest';
import { workloadNames } from '../../demo/bench/workload.ts';
import { parseBenchCommand } from '../../demo/headless/benchCommand.ts';

const parse = (...args: string[]) => parseBenchCommand(['node', 'bench.ts', ...args]);

test('without arguments: every workload, in Chrome, without peers', () => {
  expect(parse()).toEqual({
    workloads: workloadNames,
    peers: false,
    fits: false,
    rounds: 5,
    budget: 500,
    browser: 'chrome',
    json: undefined,
  });
});

test('takes every option', () => {
  const args = '--workload mnist,xor --peers --fits --rounds 3 --budget 50 --browser firefox --json out';
  expect(parse(...args.split(' '))).toEqual({
    workloads: ['xor', 'mnist'],
    peers: true,
    fits: true,
    rounds: 3,
    budget: 50,
    browser: 'firefox',
    json: 'out',
  });
});

test.each([
  ['--workload iris', '--workload must be one of xor, tabular, mnist, wide; got iris.'],
  ['--workload xor,', '--workload must be one of xor, tabular, mnist, wide; got .'],
  ['--rounds 0', '--rounds must be 1 or more; got 0.'],
  ['--budget soon', '--budget must be a whole number; got soon.'],
  ['--browser safari', '--browser must be one of chrome, firefox; got safari.'],
  ['--json test', '--json test is a folder.'],
  ['--json nowhere/out.json', /^--json nowhere\/out\.json: there is no folder/],
  ['--steps 3', 'Unknown option `--steps`'],
])('%s is refused', (args, message) => {
  expect(() => parse(...args.split(' '))).toThrow(message);
});
