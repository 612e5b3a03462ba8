import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { cac } from 'cac';
import { type Engine, engines } from './findBrowser.ts';
import { backends, type Dataset, datasets, defaults, type TrainRequest } from './trainProtocol.ts';

export interface TrainCommand extends TrainRequest {
  browser: Engine;
  /** Where to write the result. */
  json: string | undefined;
}

type Arguments = Record<string, unknown>;

/** The command that these arguments ask for, or undefined when they asked for help and have been given it. */
export function parseTrainCommand(argv: string[]): TrainCommand | undefined {
  const cli = cac('npm run train --');
  let command: TrainCommand | undefined;
  cli
    .command('', 'Train a network in a headless browser')
    .option('--dataset <name>', datasets.join(', '), { default: 'digits' })
    .option('--epochs <n>', 'Passes over the data')
    .option('--batch-size <n>', 'Rows a step')
    .option('--backend <name>', backends.join(', '), { default: 'auto' })
    .option('--browser <name>', engines.join(', '), { default: 'chrome' })
    .option('--seed <n>', 'Draws the first weights, the order of the rows and the toy data', { default: 1 })
    .option('--json <file>', 'Write the result to this file')
    .action((args: Arguments) => {
      command = readCommand(args);
    });
  cli.help();
  cli.parse(joinNegatives(argv));
  return command;
}

/** `--epochs -3` becomes `--epochs=-3`: the parser would take `-3` for an option of its own. */
function joinNegatives(argv: string[]): string[] {
  const isValue = (index: number) => /^-\d/.test(argv[index] ?? '') && argv[index - 1]?.startsWith('--');
  return argv.flatMap((arg, i) => {
    if (isValue(i)) return [];
    return isValue(i + 1) ? [`${arg}=${argv[i + 1]}`] : [arg];
  });
}

function readCommand(args: Arguments): TrainCommand {
  const dataset = oneOf<Dataset>('--dataset', args.dataset, datasets);
  return {
    dataset,
    epochs: positiveInteger('--epochs', args.epochs ?? defaults[dataset].epochs),
    batchSize: positiveInteger('--batch-size', args.batchSize ?? defaults[dataset].batchSize),
    backend: oneOf('--backend', args.backend, backends),
    browser: oneOf('--browser', args.browser, engines),
    seed: integer('--seed', args.seed),
    json: args.json === undefined ? undefined : writablePath('--json', String(args.json)),
  };
}

function oneOf<T extends string>(option: string, value: unknown, choices: T[]): T {
  const choice = choices.find((name) => name === value);
  if (!choice) throw new Error(`${option} must be one of ${choices.join(', ')}; got ${value}.`);
  return choice;
}

function positiveInteger(option: string, value: unknown): number {
  const number = integer(option, value);
  if (number < 1) throw new Error(`${option} must be 1 or more; got ${value}.`);
  return number;
}

function integer(option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new Error(`${option} must be a whole number; got ${value}.`);
  }
  return value;
}

/** Checked before training: it would be a pity to learn it after. */
function writablePath(option: string, path: string): string {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw new Error(`${option} ${path}: there is no folder ${folder}.`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new Error(`${option} ${path} is a folder.`);
  return path;
}
