import { writeFileSync } from 'node:fs';
import type { Page } from 'puppeteer';
import { printTable } from '../../src/model/summary.ts';
import { readTableSet } from '../data/tables.ts';
import { createTask } from './readRequest.ts';
import { parseResultsCommand, type ResultsCommand } from './resultsCommand.ts';
import type { Experiment, Measurement, MeasureRequest, Result } from './resultsProtocol.ts';
import { runCommandLine } from './runCommandLine.ts';
import { runInPage } from './runInPage.ts';

await runCommandLine(parseResultsCommand, run);

async function run(command: ResultsCommand): Promise<void> {
  const results = await runInPage({
    engine: command.browser,
    body: (page) => measureAll(page, command),
  });
  console.log(printResults(results));
  if (command.json) writeFileSync(command.json, `${JSON.stringify(results, null, 2)}\n`);
  if (results.some(({ reached }) => !reached)) process.exitCode = 1;
}

async function measureAll(page: Page, { experiments, backend, seed }: ResultsCommand): Promise<Result[]> {
  const results: Result[] = [];
  for (const experiment of experiments) {
    const request = { ...readSource(experiment), backend, seed };
    results.push(summarise(experiment, await page.evaluate(callPage, request)));
  }
  return results;
}

/** What to send to the page: a table, or the recipe by which it has data of its own. */
function readSource({ source }: Experiment): Pick<MeasureRequest, 'task' | 'recipe'> {
  if ('recipe' in source) return source;
  const { table, target } = readTableSet(source.table);
  return { task: createTask(table, target) };
}

/** Runs in the page. */
function callPage(request: MeasureRequest): Promise<Measurement> {
  if (!window.measure) throw new Error('The page that measures is not running.');
  return window.measure(request);
}

function summarise({ source: _, ...experiment }: Experiment, measurement: Measurement): Result {
  const { scores, trainingScores, losses } = measurement;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const value = mean(scores);
  const deviation = Math.sqrt(mean(scores.map((score) => (score - value) ** 2)));
  const trainingValue = mean(trainingScores);
  const reached = value >= (experiment.wanted ?? 0);
  const loss = mean(losses);
  return { ...experiment, ...measurement, value, deviation, trainingValue, loss, reached };
}

function printResults(results: readonly Result[]): string {
  const heading = ['experiment', 'rows', 'method', 'measure', 'in training', 'gap', 'test loss'];
  const rows = results.map((result) => {
    const { name, samples, method, measure, scores, value, deviation, trainingValue } = result;
    const { loss, wanted, reached, seconds } = result;
    const print = (score: number) =>
      measure === 'accuracy' ? `${(100 * score).toFixed(1)} %` : score.toFixed(3);
    const spread = scores.length > 1 ? ` ± ${print(deviation)}` : '';
    return [
      ...[name, String(samples), method, measure, print(trainingValue), print(trainingValue - value)],
      loss.toFixed(3),
      ...[`${print(value)}${spread}`, wanted === undefined ? '–' : print(wanted)],
      ...[wanted === undefined ? '–' : reached ? 'yes' : 'no', seconds.toFixed(1)],
    ];
  });
  return printTable([...heading, 'result', 'wanted', 'reached', 'seconds'], rows);
}
