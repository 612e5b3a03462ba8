import type { Browser, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines, findBrowser } from '../../demo/headless/findBrowser.ts';
import { launchBrowser } from '../../demo/headless/launchBrowser.ts';
import { type Site, serveSources } from '../../demo/headless/serve.ts';

const found = engines.filter((engine) => findBrowser(engine));

const value = (name: string) => `#transport [data-value=${name}]`;
const testAccuracy = '#accuracy [data-value=test]';
const trainLoss = '#loss [data-value=train]';

let site: Site;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  site = await serveSources();
});

afterAll(() => site.close());

describe.each(found)('%s', (engine) => {
  // What does not depend on the engine is tried in one.
  const once = test.runIf(engine === found[0]);

  beforeAll(async () => {
    ({ browser } = await launchBrowser(engine));
  }, 60_000);

  afterAll(() => browser.close());

  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  test('trains, pauses, goes on and resets', async () => {
    await open('#data=circles&backend=webgpu');
    expect(await text('#badge')).toMatch(/^WebGPU · \w+/);
    await page.click('.primary');
    await until(testAccuracy, (shown) => Number.parseFloat(shown) >= 95);
    await page.click('.primary');
    await until(value('status'), (shown) => shown.startsWith('Paused'));
    expect(await curvePoints()).toBeGreaterThan(5);

    const paused = await text(value('step'));
    await new Promise((done) => setTimeout(done, 400));
    expect(await text(value('step'))).toBe(paused);

    await page.click('.primary');
    await until(value('step'), (shown, before) => shown !== before, paused);
    await reset();
    expect(await text(value('step'))).toBe('0');
    expect(await curvePoints()).toBe(1);
  });

  test('repeats a run from its seed, and only from its own', async () => {
    await open('#data=xor&seed=5');
    const first = await lossAfterSteps(4);
    await reset();
    expect(await lossAfterSteps(4)).toBe(first);
    await type('#seed', '6');
    await until(value('status'), (shown) => shown.startsWith('Ready'));
    expect(page.url()).toMatch(/seed=6&/);
    expect(await lossAfterSteps(4)).not.toBe(first);
  });

  test('keeps the page alive while it reads digits', async () => {
    await open('#data=digits&backend=webgpu');
    await page.evaluate(() => {
      const count = () => {
        document.body.dataset.frames = String(Number(document.body.dataset.frames ?? 0) + 1);
        requestAnimationFrame(count);
      };
      count();
    });
    await page.click('.primary');
    await until(testAccuracy, (shown) => Number.parseFloat(shown) > 80);
    expect(await page.evaluate(() => Number(document.body.dataset.frames))).toBeGreaterThan(20);
    await page.click('.primary');
    await until(value('status'), (shown) => shown.startsWith('Paused'));
    const readings = await page.$$eval('.tile', (tiles) => tiles.map(({ ariaLabel }) => ariaLabel ?? ''));
    expect(readings.filter((reading) => reading.endsWith('right')).length).toBeGreaterThan(
      readings.length / 2,
    );
  });

  once('says beside a field what is wrong with it', async () => {
    await open('#data=xor');
    await type('#layers', '8, many');
    await until('#layers-note', (shown) => shown.includes('“many”'));
    await until(value('status'), (shown) => shown.includes('correct'));
    expect(await page.$eval('.primary', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
    expect(await page.$eval('#layers', (field) => field.ariaInvalid)).toBe('true');

    await type('#layers', '6, 3');
    await until(value('status'), (shown) => shown.startsWith('Ready'));
    expect(await text('#layers-note')).toContain('2 → 6 → 3 → 2');
    expect(page.url()).toContain('layers=6,3');
  });

  once('says that the device failed, and begins anew on another', async () => {
    await open('#data=xor&backend=webgpu', () => {
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        const device = await requestDevice.call(this, descriptor);
        addEventListener('lose', () => device.destroy());
        return device;
      };
    });
    await page.click('.primary');
    await until(value('status'), (shown) => shown.startsWith('Training'));
    await page.evaluate(() => dispatchEvent(new Event('lose')));
    await until(value('status'), (shown) => /^Training failed: .*Reset/.test(shown));
    await reset();
    await page.click('.primary');
    await until(testAccuracy, (shown) => Number.parseFloat(shown) === 100);
  });

  once('trains on the CPU where there is no WebGPU', async () => {
    await open('#data=circles', () => {
      Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined });
    });
    expect(await text('#badge')).toMatch(/^CPU · WebAssembly +\(chosen as the faster\)$/);
    expect(await page.$eval('#badge', (badge) => (badge as HTMLElement).title)).toMatch(
      /^a step takes .* on cpu; there is no WebGPU here$/,
    );
    await page.click('.primary');
    await until(testAccuracy, (shown) => Number.parseFloat(shown) >= 95);
  });
});

/** Opens the page with these settings, on which `prepare` has run before anything of its own, and waits for it. */
async function open(hash: string, prepare?: () => void): Promise<void> {
  page = await browser.newPage();
  errors = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  if (prepare) await page.evaluateOnNewDocument(prepare);
  await page.goto(`${site.url}${hash}`);
  await until(value('status'), (shown) => shown.startsWith('Ready'));
}

/** Waits until the page shows a text that `accepts` does; that function runs in the page. */
async function until(
  selector: string,
  accepts: (shown: string, argument: string) => boolean,
  argument = '',
): Promise<void> {
  await page.waitForFunction(
    `(${accepts})(document.querySelector('${selector}').textContent, '${argument}')`,
    { timeout: 60_000, polling: 50 },
  );
}

function text(selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent ?? '');
}

async function type(selector: string, input: string): Promise<void> {
  await page.click(selector, { count: 3 });
  await page.keyboard.type(`${input}\n`);
}

async function reset(): Promise<void> {
  await page.click('#transport button:last-child');
  await until(value('status'), (shown) => shown.startsWith('Ready'));
}

async function lossAfterSteps(steps: number): Promise<string> {
  for (let step = 1; step <= steps; step++) {
    await page.click('#transport button:nth-child(2)');
    await until(value('step'), (shown, wanted) => shown === wanted, String(step));
  }
  await until(value('status'), (shown) => shown.startsWith('Paused'));
  return text(trainLoss);
}

/** As the curve tells those who cannot see it. */
async function curvePoints(): Promise<number> {
  const label = await page.$eval('#loss .plot', ({ ariaLabel }) => ariaLabel ?? '');
  return Number(/(\d+) points/.exec(label)?.[1]);
}
