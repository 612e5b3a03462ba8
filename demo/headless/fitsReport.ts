import { printTable } from '../../src/model/summary.ts';
import { formatRange, threeDigits } from '../bench/format.ts';
import type { FitResult, Times } from '../bench/result.ts';

/** How much longer trainings took than what they are compared to: of the first in a page, and of later ones. */
export function printFits(results: readonly FitResult[]): string {
  return results.flatMap((result) => [printFresh(result), printWarm(result)]).join('\n\n');
}

function printFresh({ name, description, milliseconds, fresh }: FitResult): string {
  const rows = fresh.map((fit) => [
    fit.name,
    printRatio(fit.times),
    ...printTimes(fit.times),
    fit.steps.toLocaleString('en-US'),
    fit.chosen ? `${fit.chosen}: ${fit.reason}` : '',
  ]);
  const heading = [
    `first fit, ${milliseconds / 1000} s`,
    '× the faster',
    'ms a step',
    'low–high',
    'steps',
    '',
  ];
  return `${name}: ${description}\n${printTable(heading, rows)}`;
}

function printWarm({ name, warm }: FitResult): string {
  const rows = warm.map(({ name, stepsPerEpoch, steps, fit, validated }) => [
    ...[name, stepsPerEpoch.toLocaleString('en-US')],
    ...[...printTimes(steps), printRatio(fit), printRatio(validated)],
  ]);
  const heading = [`${name}, later`, 'steps an epoch', 'ms a step', 'low–high', 'fit', 'with validation'];
  return printTable(heading, rows);
}

const printTimes = ({ milliseconds }: Times) =>
  milliseconds ? [threeDigits(milliseconds.median), formatRange(milliseconds)] : ['', ''];

/** Of the times: more is slower. */
const printRatio = ({ speed }: Times) =>
  speed
    ? `${threeDigits(1 / speed.median)}× (${formatRange({ ...speed, low: 1 / speed.high, high: 1 / speed.low })})`
    : '';
