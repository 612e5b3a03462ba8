import { cac } from 'cac';
import { benchDefaults } from '../bench/result.ts';
import { type WorkloadName, workloadNames } from '../bench/workload.ts';
import { type Arguments, joinNegatives, list, oneOf, optionalPath, positiveInteger } from './commandLine.ts';
import { type Engine, engines } from './findBrowser.ts';

export interface BenchCommand {
  workloads: readonly WorkloadName[];
  peers: boolean;
  /** To time whole trainings. */
  fits: boolean;
  rounds: number;
  budget: number;
  browser: Engine;
  /** Where to write the results. */
  json: string | undefined;
}

/** The command that these arguments ask for, or undefined when they asked for help and have been given it. */
export function parseBenchCommand(argv: string[]): BenchCommand | undefined {
  const { rounds, budget } = benchDefaults;
  const cli = cac('npm run bench --');
  let command: BenchCommand | undefined;
  cli
    .command('', 'Measure how fast networks train, side by side in a headless browser')
    .option('--workload <names>', `Some of ${workloadNames.join(', ')}, with commas between them`)
    .option('--peers', 'Compare with TensorFlow.js, jax-js and plain loops as well')
    .option('--fits', 'Time whole trainings instead: with auto, and by fit beside steps alone')
    .option('--rounds <n>', 'Turns of each contender', { default: rounds })
    .option('--budget <ms>', 'Length of a turn in milliseconds', { default: budget })
    .option('--browser <name>', engines.join(', '), { default: 'chrome' })
    .option('--json <file>', 'Write the results to this file, with the times of every round')
    .action((args: Arguments) => {
      command = readCommand(args);
    });
  cli.help();
  cli.parse(joinNegatives(argv));
  return command;
}

function readCommand(args: Arguments): BenchCommand {
  const chosen = list(args.workload).map((name) => oneOf('--workload', name, workloadNames));
  return {
    workloads: workloadNames.filter((name) => chosen.length === 0 || chosen.includes(name)),
    peers: args.peers === true,
    fits: args.fits === true,
    rounds: positiveInteger('--rounds', args.rounds),
    budget: positiveInteger('--budget', args.budget),
    browser: oneOf('--browser', args.browser, engines),
    json: optionalPath('--json', args.json),
  };
}
