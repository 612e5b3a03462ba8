import { writeFileSync } from 'node:fs';
import type { Page } from 'puppeteer';
import { printVanishing } from './printVanishing.ts';
import { ProgressBar } from './progressBar.ts';
import { readRequest } from './readRequest.ts';
import { runCommandLine } from './runCommandLine.ts';
import { runInPage } from './runInPage.ts';
import {
  type CommonOptions,
  type ExperimentCommand,
  parseTrainCommand,
  type TrainCommand,
} from './trainCommand.ts';
import type { Device, TrainOutcome, TrainProgress, TrainRequest, TrainResult } from './trainProtocol.ts';
import type { VanishingRequest, VanishingResult } from './vanishingProtocol.ts';

await runCommandLine(parseTrainCommand, (command) =>
  'experiment' in command ? runExperiment(command) : run(command),
);

async function run(command: TrainCommand): Promise<void> {
  const request = readRequest(command);
  const outcome = await runWithProgress(command, (page) => page.evaluate(callPage, request));
  report(outcome);
  writeResult(command, outcome.result);
}

async function runExperiment(command: ExperimentCommand): Promise<void> {
  const { epochs, batchSize, backend, seed } = command;
  const request = { epochs, batchSize, backend, seed };
  const result = await runWithProgress(command, (page) => page.evaluate(compareInPage, request));
  printDevice(result);
  console.log(
    `digits          ${result.samples} rows, ${epochs} epochs a net, ${result.seconds.toFixed(1)} s\n`,
  );
  console.log(printVanishing(result));
  writeResult(command, result);
}

async function runWithProgress<T>({ browser }: CommonOptions, body: (page: Page) => Promise<T>): Promise<T> {
  const bar = new ProgressBar('epoch {epoch}/{epochs} | loss {loss} | {rate} steps/s');
  // What follows the last step, evaluation and self-test, is no part of the training.
  const functions = {
    showProgress: ({ step, steps, epoch, epochs, loss, stepsPerSecond }: TrainProgress) =>
      bar.show(step, steps, { epoch, epochs, loss: loss.toFixed(4), rate: stepsPerSecond.toFixed(0) }),
  };
  return runInPage({ engine: browser, functions, body }).finally(() => bar.stop());
}

function writeResult({ json }: CommonOptions, result: TrainResult | VanishingResult): void {
  if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
}

/** Runs in the page. */
function callPage(request: TrainRequest): Promise<TrainOutcome> {
  if (!window.train) throw new Error('The training page is not running.');
  return window.train(request);
}

/** Runs in the page. */
function compareInPage(request: VanishingRequest): Promise<VanishingResult> {
  if (!window.compareGradients) throw new Error('The page that compares gradients is not running.');
  return window.compareGradients(request);
}

function printDevice({ backend, adapter, isFallbackAdapter, choice }: Device): void {
  const isSoftware = backend === 'webgpu' && isFallbackAdapter;
  const kind = isSoftware ? ' (a software adapter: the CPU does the work of a GPU)' : '';
  console.log(`backend         ${backend}`);
  console.log(`adapter         ${adapter}${kind}`);
  if (choice) console.log(`chosen because  ${choice.reason}`);
}

function report({ result, notes, misses }: TrainOutcome): void {
  printDevice(result);
  for (const note of notes) console.log(`data            ${note}`);
  for (const line of scoreLines(result)) console.log(line);
  console.log(`training loss   ${result.loss.toPrecision(4)}`);
  console.log(`steps a second  ${result.stepsPerSecond.toFixed(0)} (${result.seconds.toFixed(1)} s)`);
  console.log(`largest error   ${result.parity.toPrecision(3)} against the float64 reference`);
  for (const miss of misses) console.error(`out of bounds   ${miss}`);
  if (misses.length > 0) process.exitCode = 1;
}

function scoreLines({ testAccuracy, testR2, testMeanAbsoluteError }: TrainResult): string[] {
  if (testAccuracy !== null) return [`test accuracy   ${(100 * testAccuracy).toFixed(2)} %`];
  return [
    `test R²         ${testR2?.toFixed(4)}`,
    `mean abs. error ${testMeanAbsoluteError?.toPrecision(4)}`,
  ];
}
