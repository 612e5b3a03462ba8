/** The map of who trains faster, as a command and as a page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CrossoverResult, sides } from '../../demo/crossover/result.ts';
import { engines, findBrowser } from '../../demo/headless/findBrowser.ts';
import { launchBrowser } from '../../demo/headless/launchBrowser.ts';
import { serveSources } from '../../demo/headless/serve.ts';
import { runCommand, temporaryFolder } from '../support/runCommand.ts';

const found = engines.filter((engine) => findBrowser(engine));

test('npm run crossover measures, prints, writes and draws', async () => {
  const folder = temporaryFolder();
  const [json, png] = [join(folder, 'map.json'), join(folder, 'map.png')];
  const options = ['--largest', '8', '--rounds', '2', '--budget', '2', '--browser', found[0]];
  const { status, stdout, stderr } = await runCommand('crossover', ...options, '--json', json, '--png', png);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });

  const result = JSON.parse(readFileSync(json, 'utf8')) as CrossoverResult;
  expect(result).toMatchObject({ widths: [4], batches: [2, 8], adapter: { name: expect.any(String) } });
  for (const { measured } of result.cells) {
    for (const side of sides) expect(measured?.[side].median).toBeGreaterThan(0);
    expect(measured?.speed.median).toBeGreaterThan(0);
  }
  expect(stdout).toMatch(/^units \\ batch +2 +8$/m);
  expect(stdout).toMatch(/^4( +([\d,.]+× (CPU|WebGPU)|even)){2}$/m);

  const image = readFileSync(png);
  expect(image.subarray(1, 4).toString()).toBe('PNG');
  const [width, height] = [image.readUInt32BE(16), image.readUInt32BE(20)];
  expect(width).toBeGreaterThan(1000);
  expect(height).toBeGreaterThan(1000);
});

test('the page measures, shows cells as they come, and stops', async () => {
  const site = await serveSources();
  const { browser } = await launchBrowser(found[0]);
  try {
    const page = await browser.newPage();
    const errors: unknown[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`${site.url}crossover/`);
    const until = (condition: string) => page.waitForFunction(condition, { timeout: 60_000, polling: 50 });
    await until('window.crossover');
    await page.click('.primary');
    await until("document.getElementById('map').ariaLabel.includes('ms a step on WebGPU')");
    await page.click('.primary');
    await until("document.querySelector('.status').textContent === 'Stopped.'");
    expect(await page.$eval('[data-save=json]', (button) => (button as HTMLButtonElement).disabled)).toBe(
      false,
    );
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await site.close();
  }
});
