import { cac } from 'cac';
import { type Arguments, integer, joinNegatives, list, oneOf, optionalPath } from './commandLine.ts';
import { type Engine, engines } from './findBrowser.ts';
import { type Experiment, experiments } from './resultsProtocol.ts';
import { type BackendChoice, backends } from './trainProtocol.ts';

export interface ResultsCommand {
  experiments: readonly Experiment[];
  backend: BackendChoice;
  browser: Engine;
  seed: number;
  /** Where to write the results. */
  json: string | undefined;
}

const names = [...new Set(experiments.map(({ name }) => name))];

/** The command that these arguments ask for, or undefined when they asked for help and have been given it. */
export function parseResultsCommand(argv: string[]): ResultsCommand | undefined {
  const cli = cac('npm run results --');
  let command: ResultsCommand | undefined;
  cli
    .command('', 'Measure how well networks learn, in a headless browser; exit with 1 where one falls short')
    .option('--only <names>', `Some of ${names.join(', ')}, with commas between them`)
    .option('--backend <name>', backends.join(', '), { default: 'auto' })
    .option('--browser <name>', engines.join(', '), { default: 'chrome' })
    .option('--seed <n>', 'Draws the first weights and the order of the rows', { default: 1 })
    .option('--json <file>', 'Write the results to this file')
    .action((args: Arguments) => {
      command = readCommand(args);
    });
  cli.help();
  cli.parse(joinNegatives(argv));
  return command;
}

function readCommand(args: Arguments): ResultsCommand {
  const chosen = list(args.only).map((name) => oneOf('--only', name, names));
  return {
    experiments: experiments.filter(({ name }) => chosen.length === 0 || chosen.includes(name)),
    backend: oneOf('--backend', args.backend, backends),
    browser: oneOf('--browser', args.browser, engines),
    seed: integer('--seed', args.seed),
    json: optionalPath('--json', args.json),
  };
}
