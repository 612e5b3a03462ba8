import { writeFileSync } from 'node:fs';
import type { CrossoverOptions, CrossoverResult } from '../crossover/result.ts';
import { type CrossoverCommand, parseCrossoverCommand } from './crossoverCommand.ts';
import { printCrossover } from './crossoverReport.ts';
import { ProgressBar } from './progressBar.ts';
import { runCommandLine } from './runCommandLine.ts';
import { runInPage } from './runInPage.ts';
import { serveBuilt } from './serve.ts';

await runCommandLine(parseCrossoverCommand, run);

async function run({ browser, json, png, ...options }: CrossoverCommand): Promise<void> {
  const bar = new ProgressBar('{doing}');
  const { result, image } = await runInPage({
    engine: browser,
    serve: serveBuilt,
    path: 'crossover/index.html',
    functions: { showProgress: (done: number, doing: string) => bar.show(done, 1, { doing }) },
    body: async (page) => {
      await page.setViewport({ width: 1200, height: 900, deviceScaleFactor: 2 });
      return page.evaluate(callPage, options);
    },
  }).finally(() => bar.stop());
  console.log(printCrossover(result));
  if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  if (png) writeFileSync(png, Buffer.from(image.split(',')[1], 'base64'));
}

/** Runs in the page. */
async function callPage(options: CrossoverOptions): Promise<{ result: CrossoverResult; image: string }> {
  if (!window.crossover) throw new Error('The page that measures is not running.');
  const result = await window.crossover(options);
  return { result, image: window.crossoverImage() };
}
