import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines, findBrowser } from '../../demo/headless/findBrowser.ts';
import type { TrainResult } from '../../demo/headless/trainProtocol.ts';

const found = engines.filter((engine) => findBrowser(engine));

function train(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = ['--import', 'tsx', 'demo/headless/train.ts', ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe.each(found)('npm run train in %s', (browser) => {
  test('learns xor and writes the result', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shaderprop-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const json = join(folder, 'result.json');

    const { status, stdout, stderr } = await train('--dataset', 'xor', '--browser', browser, '--json', json);

    expect({ status, stdout, stderr }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/100\.00 %/),
    });
    const result = JSON.parse(readFileSync(json, 'utf8')) as TrainResult;
    expect(result).toEqual({
      backend: 'webgpu',
      adapter: expect.any(String),
      isFallbackAdapter: expect.any(Boolean),
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

test('a wrong argument is one line and exit code 1', async () => {
  const { status, stdout, stderr } = await train('--epochs', '0');
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: '--epochs must be 1 or more; got 0.\n',
  });
});
