import { cac } from 'cac';
import { type TableName, tableNames } from '../data/tables.ts';
import {
  type Arguments,
  integer,
  joinNegatives,
  list,
  oneOf,
  optionalPath,
  positiveInteger,
} from './commandLine.ts';
import { type Engine, engines } from './findBrowser.ts';
import {
  backends,
  type Dataset,
  datasets,
  defaults,
  type ExperimentName,
  experimentDefaults,
  experimentNames,
  type TrainRequest,
  tableDefaults,
} from './trainProtocol.ts';

/** What every command says. */
export interface CommonOptions extends Omit<TrainRequest, 'task' | 'dataset'> {
  browser: Engine;
  /** Where to write the result. */
  json: string | undefined;
}

export interface TrainCommand extends CommonOptions {
  /** One of `datasets`, or the path of a CSV file. */
  dataset: string;
  /** The column to learn, of a table. */
  target: string | undefined;
  /** Columns of a table to leave out. */
  ignore: string[];
  /** Columns of a CSV file that hold categories, though they look like numbers. */
  categories: string[];
}

export interface ExperimentCommand extends CommonOptions {
  experiment: ExperimentName;
}

/** The command that these arguments ask for, or undefined when they asked for help and have been given it. */
export function parseTrainCommand(argv: string[]): TrainCommand | ExperimentCommand | undefined {
  const cli = cac('npm run train --');
  let command: TrainCommand | ExperimentCommand | undefined;
  cli
    .command('', 'Train a network in a headless browser')
    .option('--dataset <name>', `${datasets.join(', ')}, or FILE.csv (default: digits)`)
    .option('--target <column>', 'Column of the table to learn; a CSV file has to have it named')
    .option('--ignore <columns>', 'Columns of the table to leave out, with commas between them')
    .option('--categories <columns>', 'Columns of a CSV file to take as categories though they hold numbers')
    .option('--experiment <name>', `${experimentNames.join(', ')}: nets compared, on data of their own`)
    .option('--epochs <n>', 'Passes over the data')
    .option('--batch-size <n>', 'Rows a step')
    .option('--backend <name>', backends.join(', '), { default: 'auto' })
    .option('--browser <name>', engines.join(', '), { default: 'chrome' })
    .option('--seed <n>', 'Draws the first weights, the order of the rows and the toy data', { default: 1 })
    .option('--json <file>', 'Write the result to this file')
    .action((args: Arguments) => {
      command = args.experiment === undefined ? readCommand(args) : readExperiment(args);
    });
  cli.help();
  cli.parse(joinNegatives(argv));
  return command;
}

function readCommand(args: Arguments): TrainCommand {
  const dataset = String(args.dataset ?? 'digits');
  const standard = isFile(dataset) ? tableDefaults : defaults[checkDataset(dataset)];
  return { dataset, ...readColumns(dataset, args), ...readCommon(args, standard) };
}

function readExperiment(args: Arguments): ExperimentCommand {
  const experiment = oneOf('--experiment', args.experiment, experimentNames);
  for (const option of ['dataset', 'target', 'ignore', 'categories']) {
    if (args[option] !== undefined) {
      throw new Error(`--${option} does not go with --experiment, which brings its own data.`);
    }
  }
  return { experiment, ...readCommon(args, experimentDefaults[experiment]) };
}

function readCommon(args: Arguments, standard: { epochs: number; batchSize: number }): CommonOptions {
  return {
    epochs: positiveInteger('--epochs', args.epochs ?? standard.epochs),
    batchSize: positiveInteger('--batch-size', args.batchSize ?? standard.batchSize),
    backend: oneOf('--backend', args.backend, backends),
    browser: oneOf('--browser', args.browser, engines),
    seed: integer('--seed', args.seed),
    json: optionalPath('--json', args.json),
  };
}

function checkDataset(dataset: string): Dataset {
  const known = datasets.find((name) => name === dataset);
  if (known) return known;
  const accepted = `one of ${datasets.join(', ')} or a file that ends in .csv or .tsv`;
  throw new Error(`--dataset must be ${accepted}; got ${dataset}.`);
}

export const isFile = (dataset: string) => /\.[ct]sv$/i.test(dataset);

export const isTableName = (dataset: string): dataset is TableName =>
  tableNames.includes(dataset as TableName);

function readColumns(
  dataset: string,
  args: Arguments,
): Pick<TrainCommand, 'target' | 'ignore' | 'categories'> {
  for (const option of ['target', 'ignore', 'categories']) {
    const fits = isFile(dataset) || (option !== 'categories' && isTableName(dataset));
    if (args[option] !== undefined && !fits) {
      const accepted = option === 'categories' ? 'FILE.csv' : `${tableNames.join(', ')} or FILE.csv`;
      throw new Error(`--${option} goes with --dataset ${accepted}; got ${dataset}.`);
    }
  }
  if (isFile(dataset) && args.target === undefined) {
    throw new Error(`--target must name the column of ${dataset} to learn.`);
  }
  return {
    target: args.target === undefined ? undefined : String(args.target),
    ignore: list(args.ignore),
    categories: list(args.categories),
  };
}
