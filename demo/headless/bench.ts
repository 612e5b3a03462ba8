import { writeFileSync } from 'node:fs';
import type { BenchOptions, BenchResult } from '../bench/result.ts';
import { type BenchCommand, parseBenchCommand } from './benchCommand.ts';
import { printReport } from './benchReport.ts';
import { ProgressBar } from './progressBar.ts';
import { runCommandLine } from './runCommandLine.ts';
import { runInPage } from './runInPage.ts';
import { serveBuilt } from './serve.ts';

await runCommandLine(parseBenchCommand, run);

async function run({ browser, json, ...options }: BenchCommand): Promise<void> {
  const bar = new ProgressBar('{doing}');
  const result = await runInPage({
    engine: browser,
    serve: serveBuilt,
    path: 'bench/index.html',
    functions: { showProgress: (done: number, doing: string) => bar.show(done, 1, { doing }) },
    body: (page) => page.evaluate(callPage, options),
  }).finally(() => bar.stop());
  console.log(printReport(result));
  if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
}

/** Runs in the page. */
function callPage(options: BenchOptions): Promise<BenchResult> {
  if (!window.bench) throw new Error('The page that measures is not running.');
  return window.bench(options);
}
