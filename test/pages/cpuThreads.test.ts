/** The CPU's fast path in a page that is isolated: several threads share memory. */
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engines, findBrowser } from '../../demo/headless/findBrowser.ts';
import { launchBrowser } from '../../demo/headless/launchBrowser.ts';
import { type Site, serveSources } from '../../demo/headless/serve.ts';
import type { train } from '../support/cpuTraining.ts';

const found = engines.filter((engine) => findBrowser(engine));
const training = resolve(import.meta.dirname, '../support/cpuTraining.ts');

type Trained = Awaited<ReturnType<typeof train>>;

let site: Site;

beforeAll(async () => {
  site = await serveSources();
}, 60_000);

afterAll(() => site.close());

test.each(found)('%s trains the same bits on this thread, in a worker and in several', async (engine) => {
  const { browser } = await launchBrowser(engine);
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    const [processors, results] = (await page.evaluate(`
      import('/@fs${training}').then(async ({ train }) => {
        const results = [];
        for (const options of [{ workers: false }, { threads: 1 }, { threads: 3 }, {}]) results.push(await train(options));
        return [navigator.hardwareConcurrency, JSON.parse(JSON.stringify(results))];
      })
    `)) as [number, Trained[]];
    const [here, ...others] = results;
    for (const { history, weights } of others) {
      expect(history).toEqual(here.history);
      expect(weights).toEqual(here.weights);
    }
    const threads = others.map(({ info }) => info.description.match(/\d+ threads?$/)?.[0]);
    expect(threads.slice(0, 2)).toEqual(['1 thread', '3 threads']);
    expect(Number.parseInt(threads[2] ?? '', 10)).toBe(Math.min(processors, 8));
  } finally {
    await browser.close();
  }
});
