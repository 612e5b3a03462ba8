/** The benchmark as a command and as a page. What it measures is not tested, but that it measures one training. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchResult, ContenderResult } from '../../demo/bench/result.ts';
import { engines, findBrowser } from '../../demo/headless/findBrowser.ts';
import { launchBrowser } from '../../demo/headless/launchBrowser.ts';
import { type Site, serveSources } from '../../demo/headless/serve.ts';
import { runCommand, temporaryFolder } from '../support/runCommand.ts';

const found = engines.filter((engine) => findBrowser(engine));
const positive = (value: number) => value > 0 && Number.isFinite(value);

async function bench(...args: string[]): Promise<{ result: BenchResult; stdout: string }> {
  const json = join(temporaryFolder(), 'bench.json');
  const small = ['--workload', 'xor', '--rounds', '2', '--budget', '10'];
  const { status, stdout, stderr } = await runCommand('bench', ...small, ...args, '--json', json);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return { result: JSON.parse(readFileSync(json, 'utf8')), stdout };
}

const measured = ({ workloads }: BenchResult) =>
  workloads[0].contenders.filter(({ leftOut }) => leftOut === undefined);

function checkAgreement(contenders: ContenderResult[]): void {
  const reference = contenders.find(({ id }) => id === 'reference')?.loss as number;
  for (const { name, loss, agrees } of contenders) {
    expect([name, agrees]).toEqual([name, true]);
    expect((loss as number) / reference).toBeCloseTo(1, 4);
  }
}

describe.each(found)('npm run bench in %s', (browser) => {
  test('lets WebGPU and the reference train alike, round by round', async () => {
    const { result, stdout } = await bench('--browser', browser);

    expect(result.options).toEqual({ workloads: ['xor'], peers: false, fits: false, rounds: 2, budget: 10 });
    expect(result).toMatchObject({ isolated: true, adapter: { name: expect.any(String) } });
    const contenders = measured(result);
    const names = ['webgpu', 'cpu', 'auto', 'reference'];
    expect(contenders.map(({ id }) => id)).toEqual(expect.arrayContaining(names));
    expect(contenders.find(({ id }) => id === 'auto')?.chosen).toBe('cpu');
    checkAgreement(contenders);
    for (const { training, steps } of contenders) {
      expect(training.rounds.length).toBe(2);
      expect(training.rounds.every(positive)).toBe(true);
      expect(training.milliseconds?.low).toBe(Math.min(...training.rounds));
      expect(steps).toBeGreaterThanOrEqual(1);
    }
    expect(contenders[0].training.speed).toEqual({ median: 1, low: 1, high: 1 });
    expect(stdout).toMatch(/^training, WebGPU = 1× +xor/m);
    expect(stdout).toMatch(/^float64 reference +[\d,.]+×/m);
    expect(stdout).toMatch(/^auto +[\d,.]+× \(cpu\)$/m);
    expect(stdout).toMatch(/^auto \(cpu\) +[\d,.]+×/m);
  });
});

test('npm run bench counts what training asks of WebGPU, and what a start takes', async () => {
  const { result } = await bench('--peers', '--browser', found[0]);
  const contenders = measured(result);
  checkAgreement(contenders);
  const names = ['webgpu', 'reference', 'plain', 'jax-wasm', 'tfjs-wasm'];
  expect(contenders.map(({ id }) => id)).toEqual(expect.arrayContaining(names));

  const calls = new Map(contenders.map((contender) => [contender.id, contender.calls]));
  expect(calls.get('webgpu')).toMatchObject({ buffersCreated: 0, buffersDestroyed: 0, bindGroups: 0 });
  expect(calls.get('webgpu')?.dispatches).toBeLessThanOrEqual(6);
  expect(calls.get('jax-webgpu')?.dispatches).toBe(19);
  expect(calls.get('tfjs-webgpu')).toMatchObject({ dispatches: 34, bindGroups: 34, writes: 34 });
  expect(calls.get('reference')).toBeUndefined();

  const starts = new Map(result.starts.map((start) => [start.id, start]));
  const [ours, reference, loops] = ['webgpu', 'reference', 'plain'].map((id) => starts.get(id as 'plain'));
  expect(ours?.start.rounds.length).toBe(2);
  expect(ours?.pipelines).toBeGreaterThan(0);
  expect(reference?.pipelines).toBe(0);
  expect(loops?.bytes).toBeLessThan(5000);
  expect(ours?.bytes).toBeGreaterThan(20_000);
});

describe('the page', () => {
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    site = await serveSources();
    ({ browser } = await launchBrowser(found[0]));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  test('measures the networks that are chosen, shows them as they come, and stops', async () => {
    const page = await browser.newPage();
    const errors: unknown[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`${site.url}bench/`);
    await until(page, '#badge', /^WebGPU · \w+/);
    for (const name of ['xor', 'tabular', 'mnist']) await page.click(`input[value=${name}]`);
    await page.click('.primary');
    await until(page, '.status', /^Choose a network/);

    await page.click('input[value=xor]');
    await page.click('.primary');
    await until(page, '.compared .own td:nth-child(3)', /^1×$/);
    expect(await text(page, '#results')).toMatch(/float64 reference/);
    await page.click('.primary');
    await until(page, '.status', /^Stopped/);
    expect(await text(page, '.primary')).toBe('Measure');
    expect(errors).toEqual([]);
    await page.close();
  });
});

const text = (page: Page, selector: string) =>
  page.$eval(selector, (element) => (element.textContent ?? '').trim());

async function until(page: Page, selector: string, shown: RegExp): Promise<void> {
  await page.waitForFunction(
    `${shown}.test(document.querySelector(${JSON.stringify(selector)})?.textContent.trim() ?? '')`,
    { timeout: 60_000, polling: 50 },
  );
}
