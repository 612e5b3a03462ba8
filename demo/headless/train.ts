import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Browser, Page } from 'puppeteer';
import { createServer, type ViteDevServer } from 'vite';
import { launchBrowser } from './launchBrowser.ts';
import { parseTrainCommand, type TrainCommand } from './trainCommand.ts';
import type { TrainOutcome, TrainProgress, TrainRequest } from './trainProtocol.ts';

const configFile = resolve(import.meta.dirname, '../../vite.config.ts');

try {
  const command = parseTrainCommand(process.argv);
  if (command) await run(command);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(message.split('\n')[0]);
  process.exitCode = 1;
}

async function run(command: TrainCommand): Promise<void> {
  const server = await startServer();
  try {
    const { browser, description } = await launchBrowser(command.browser);
    try {
      console.log(description);
      const outcome = await train(browser, pageUrl(server), command);
      report(outcome);
      if (command.json) writeFileSync(command.json, `${JSON.stringify(outcome.result, null, 2)}\n`);
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

async function startServer(): Promise<ViteDevServer> {
  // One page, loaded once: nothing is to be watched or reloaded.
  const server = await createServer({
    configFile,
    logLevel: 'error',
    server: { host: 'localhost', hmr: false, watch: null },
  });
  return server.listen();
}

function pageUrl(server: ViteDevServer): string {
  return new URL('headless/page.html', server.resolvedUrls?.local[0]).href;
}

async function train(browser: Browser, url: string, command: TrainCommand): Promise<TrainOutcome> {
  const bar = progressBar(command.epochs);
  try {
    const page = await browser.newPage();
    const crash = pageCrash(page);
    await page.exposeFunction('showProgress', (progress: TrainProgress) => showProgress(bar, progress));
    await page.goto(url);
    const { browser: _browser, json: _json, ...request } = command;
    return await Promise.race([crash, page.evaluate(callPage, request)]);
  } catch (error) {
    throw browser.connected ? error : new Error('The browser ended before the training did.');
  } finally {
    bar.stop();
  }
}

/** Runs in the page. */
function callPage(request: TrainRequest): Promise<TrainOutcome> {
  if (!window.train) throw new Error('The training page is not running.');
  return window.train(request);
}

/** Rejects when the page breaks in a way that leaves its call unanswered. */
function pageCrash(page: Page): Promise<never> {
  const crash = new Promise<never>((_, reject) => {
    page.on('error', () => reject(new Error('The page crashed.')));
    page.on('pageerror', reject);
  });
  // Nobody waits for it once the page has answered.
  crash.catch(() => {});
  return crash;
}

function progressBar(epochs: number): SingleBar {
  const format = `[{bar}] {percentage}% | epoch {epoch}/${epochs} | loss {loss} | {rate} steps/s`;
  return new SingleBar({ format, hideCursor: true, gracefulExit: true, noTTYOutput: true }, Presets.legacy);
}

function showProgress(bar: SingleBar, progress: TrainProgress): void {
  const { step, steps, epoch, loss, stepsPerSecond } = progress;
  const state = { epoch, loss: loss.toFixed(4), rate: stepsPerSecond.toFixed(0) };
  if (bar.isActive) bar.update(step, state);
  else bar.start(steps, step, state);
  // What follows, evaluation and self-test, is no part of the training.
  if (step === steps) bar.stop();
}

function report({ result, misses }: TrainOutcome): void {
  const kind = result.isFallbackAdapter ? ' (a software adapter: the CPU does the work of a GPU)' : '';
  console.log(`backend         ${result.backend}`);
  console.log(`adapter         ${result.adapter}${kind}`);
  console.log(`test accuracy   ${(100 * result.testAccuracy).toFixed(2)} %`);
  console.log(`training loss   ${result.loss.toPrecision(4)}`);
  console.log(`steps a second  ${result.stepsPerSecond.toFixed(0)} (${result.seconds.toFixed(1)} s)`);
  console.log(`largest error   ${result.parity.toPrecision(3)} against the float64 reference`);
  for (const miss of misses) console.error(`out of bounds   ${miss}`);
  if (misses.length > 0) process.exitCode = 1;
}
