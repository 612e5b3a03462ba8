import { cac } from 'cac';
import { type CrossoverOptions, crossoverDefaults } from '../crossover/result.ts';
import { type Arguments, joinNegatives, oneOf, optionalPath, positiveInteger } from './commandLine.ts';
import { type Engine, engines } from './findBrowser.ts';

export interface CrossoverCommand extends CrossoverOptions {
  browser: Engine;
  /** Where to write the times, and the map. */
  json: string | undefined;
  png: string | undefined;
}

/** The command that these arguments ask for, or undefined when they asked for help and have been given it. */
export function parseCrossoverCommand(argv: string[]): CrossoverCommand | undefined {
  const { rounds, budget, seconds } = crossoverDefaults;
  const cli = cac('npm run crossover --');
  let command: CrossoverCommand | undefined;
  cli
    .command('', 'Map which networks WebGPU trains faster than the CPU, in a headless browser')
    .option('--fine', 'Twice as many widths and batch sizes')
    .option('--largest <n>', 'Leave out wider layers and larger batches', { default: 1024 })
    .option('--rounds <n>', 'Turns of each of the two', { default: rounds })
    .option('--budget <ms>', 'Length of a turn in milliseconds', { default: budget })
    .option('--seconds <n>', 'End after these, with what is known by then', { default: seconds })
    .option('--browser <name>', engines.join(', '), { default: 'chrome' })
    .option('--json <file>', 'Write the results to this file')
    .option('--png <file>', 'Write the map to this file')
    .action((args: Arguments) => {
      command = readCommand(args);
    });
  cli.help();
  cli.parse(joinNegatives(argv));
  return command;
}

function readCommand(args: Arguments): CrossoverCommand {
  const largest = positiveInteger('--largest', args.largest);
  if (largest < 4) throw new Error(`--largest must be 4 or more; got ${largest}.`);
  return {
    factor: args.fine === true ? 2 : 4,
    largest,
    rounds: positiveInteger('--rounds', args.rounds),
    budget: positiveInteger('--budget', args.budget),
    seconds: positiveInteger('--seconds', args.seconds),
    browser: oneOf('--browser', args.browser, engines),
    json: optionalPath('--json', args.json),
    png: optionalPath('--png', args.png),
  };
}
