import { writeFileSync } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';
import { readRequest } from './readRequest.ts';
import { runInPage } from './runInPage.ts';
import { parseTrainCommand, type TrainCommand } from './trainCommand.ts';
import type { TrainOutcome, TrainProgress, TrainRequest, TrainResult } from './trainProtocol.ts';

try {
  const command = parseTrainCommand(process.argv);
  if (command) await run(command);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(message.split('\n')[0]);
  process.exitCode = 1;
}

async function run(command: TrainCommand): Promise<void> {
  const request = readRequest(command);
  const bar = progressBar(command.epochs);
  const outcome = await runInPage({
    engine: command.browser,
    functions: { showProgress: (progress: TrainProgress) => showProgress(bar, progress) },
    body: (page) => page.evaluate(callPage, request),
  }).finally(() => bar.stop());
  report(outcome);
  if (command.json) writeFileSync(command.json, `${JSON.stringify(outcome.result, null, 2)}\n`);
}

/** Runs in the page. */
function callPage(request: TrainRequest): Promise<TrainOutcome> {
  if (!window.train) throw new Error('The training page is not running.');
  return window.train(request);
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

function report({ result, notes, misses }: TrainOutcome): void {
  const kind = result.isFallbackAdapter ? ' (a software adapter: the CPU does the work of a GPU)' : '';
  console.log(`backend         ${result.backend}`);
  console.log(`adapter         ${result.adapter}${kind}`);
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
