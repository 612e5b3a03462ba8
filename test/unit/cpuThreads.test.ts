/** The CPU's fast path in Node: on this thread, in a worker, in several. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine } from '../../src/cpu/wasm/machine.ts';
import { train } from '../support/cpuTraining.ts';

const run = promisify(execFile);
const configFile = resolve(import.meta.dirname, '../../vite.config.ts');

test('trains the same bits on this thread, in a worker and in several', async () => {
  const here = await train({ workers: false });
  expect(here.info.description).toMatch(/1 thread$/);
  for (const threads of [1, 2, 3]) {
    const { info, history, weights } = await train({ threads });
    expect(info.features.includes('threads')).toBe(threads > 1);
    expect(history).toEqual(here.history);
    expect(weights).toEqual(here.weights);
  }
});

test('a thread that breaks off ends the others, and whoever waits is told', async () => {
  const machine = await Machine.create({ relaxed: false, threads: 3 });
  await machine.startHelpers();
  const nowhere = 2 ** 31;
  await expect(machine.ask('run', nowhere, 1, 3, [], [0, 4])).rejects.toThrow('out of bounds');
  await expect(machine.ask('read', 0, 4)).rejects.toThrow('out of bounds');
  machine.dispose();
});

describe('the built library in a process of its own', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shaderprop-'));
    await build({ configFile, mode: 'library', logLevel: 'error', build: { outDir: folder } });
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['', 'runtime.dispose();'])(
    'trains, and lets it end: "%s"',
    async (ending) => {
      const script = `
      import { createRuntime, dense, sequential, sgd } from '${folder}/shaderprop.js';
      const runtime = await createRuntime({ backend: 'cpu' });
      const model = sequential({ layers: [dense({ units: 1, inputShape: [2] })] });
      model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'meanSquaredError', runtime });
      const { history } = await model.fit([[0, 1], [1, 0], [1, 1]], [1, 2, 3], { epochs: 500 });
      console.log(history.loss.at(-1) < 1e-3);
      ${ending}`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
        timeout: 20_000,
      });
      expect(stdout).toBe('true\n');
    },
    30_000,
  );
});
