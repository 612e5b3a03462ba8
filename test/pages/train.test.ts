import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engines, findBrowser } from '../../demo/headless/findBrowser.ts';
import type { Result } from '../../demo/headless/resultsProtocol.ts';
import type { TrainResult } from '../../demo/headless/trainProtocol.ts';
import type { VanishingResult } from '../../demo/headless/vanishingProtocol.ts';
import { runCommand, temporaryFolder } from '../support/runCommand.ts';

const found = engines.filter((engine) => findBrowser(engine));

const train = (...args: string[]) => runCommand('train', ...args);

describe.each(found)('npm run train in %s', (browser) => {
  test('learns xor and writes the result', async () => {
    const json = join(temporaryFolder(), 'result.json');

    const options = ['--browser', browser, '--json', json];
    const { status, stdout, stderr } = await train('--dataset', 'xor', ...options);

    expect({ status, stdout, stderr }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/100\.00 %/),
    });
    const result = JSON.parse(readFileSync(json, 'utf8')) as TrainResult;
    expect(result).toEqual({
      backend: 'cpu',
      adapter: expect.stringMatching(/WebAssembly/),
      isFallbackAdapter: true,
      choice: {
        backend: 'cpu',
        reason: expect.stringMatching(/^a step takes .* on cpu; all steps so far take /),
        milliseconds: { cpu: expect.any(Number) },
        source: 'measured',
      },
      dataset: 'xor',
      samples: 4,
      epochs: 300,
      seconds: expect.any(Number),
      stepsPerSecond: expect.closeTo(300 / result.seconds, 6),
      loss: expect.any(Number),
      testAccuracy: 1,
      parity: expect.any(Number),
    });
    expect(result.loss).toBeLessThan(0.01);
    expect(result.parity).toBeLessThan(0.001);
  });
});

test('npm run train learns a CSV file, and says what it did to its rows', async () => {
  const folder = temporaryFolder();
  const [file, json] = [join(folder, 'line.csv'), join(folder, 'result.json')];
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i},${i % 3 ? 'odd' : '"even, or so"'},${1000 + 5 * i}`,
  );
  writeFileSync(file, ['id,sort,price', ...rows, '60,odd,', ',odd,1100'].join('\n'));

  const columns = ['--target', 'price', '--ignore', 'sort'];
  const { status, stdout, stderr } = await train('--dataset', file, ...columns, '--json', json);

  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toContain('price missing in 1 of 62 rows: left out');
  expect(stdout).toContain('id missing in 1 of 61 rows: the mean');
  const result = JSON.parse(readFileSync(json, 'utf8')) as TrainResult;
  expect(result).toMatchObject({ dataset: file, samples: 48, epochs: 100, testAccuracy: null });
  expect(result.testR2).toBeGreaterThan(0.9);
  // Prices deviate by 87 from their mean: the error is in their unit.
  expect(result.testMeanAbsoluteError).toBeGreaterThan(0.1);
  expect(result.testMeanAbsoluteError).toBeLessThan(30);
});

test('npm run train compares nets whose gradients vanish with nets whose do not', async () => {
  const json = join(temporaryFolder(), 'result.json');
  const short = ['--epochs', '1', '--batch-size', '400', '--backend', 'webgpu'];
  const { status, stdout, stderr } = await train('--experiment', 'vanishing', ...short, '--json', json);

  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toMatch(/^gradient norm +sigmoid +sigmoid, B = ¼ +tanh +relu, He$/m);
  const norm = '\\d\\.\\de-\\d';
  expect(stdout).toMatch(new RegExp(`^dense_9${` +${norm}`.repeat(4)}$`, 'm'));
  const result = JSON.parse(readFileSync(json, 'utf8')) as VanishingResult;
  expect(result).toMatchObject({ experiment: 'vanishing', backend: 'webgpu', samples: 8000, epochs: 1 });
  const names = Array.from({ length: 10 }, (_, i) => (i === 0 ? 'dense' : `dense_${i}`));
  const shares = result.nets.map(({ start, end, loss }) => {
    expect(start.map(({ name }) => name)).toEqual(names);
    expect(end.map(({ name }) => name)).toEqual(names);
    expect(loss).toEqual([expect.any(Number)]);
    return start[0].meanDelta / start[8].meanDelta;
  });
  const [sigmoid, steep, tanh, relu] = shares;
  expect(sigmoid).toBeLessThan(4 ** -8);
  expect(steep).toBeGreaterThan(1000 * sigmoid);
  expect(tanh).toBeGreaterThan(0.1);
  expect(relu).toBeGreaterThan(0.1);
});

test('npm run results measures, prints and writes what it is asked for', async () => {
  const json = join(temporaryFolder(), 'results.json');
  const { status, stdout, stderr } = await runCommand('results', '--only', 'iris', '--json', json);
  expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toMatch(
    /^iris +150 +5-fold cross-validation +accuracy +\d+\.\d % +-?\d\.\d % +\d\.\d{3} +9\d\.\d % ± \d\.\d % +95\.0 % +yes/m,
  );
  const [iris, ...others] = JSON.parse(readFileSync(json, 'utf8')) as Result[];
  expect(others).toEqual([]);
  expect(iris).toMatchObject({ name: 'iris', samples: 150, reached: true });
  expect(iris.scores.length).toBe(5);
  expect(iris.trainingScores.length).toBe(5);
  expect(iris.value).toBeGreaterThan(0.95);
});

test('a wrong argument is one line and exit code 1', async () => {
  const { status, stdout, stderr } = await train('--epochs', '0');
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: '--epochs must be 1 or more; got 0.\n',
  });
});
