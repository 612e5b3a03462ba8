import { printTable } from '../../src/model/summary.ts';
import { callKeys, callName } from '../bench/calls.ts';
import {
  formatCount,
  formatKilobytes,
  formatRange,
  formatSpeed,
  nameOf,
  threeDigits,
} from '../bench/format.ts';
import type { BenchResult, Entry, Times, WorkloadResult } from '../bench/result.ts';
import { printFits } from './fitsReport.ts';

/** All that was found out, as text: first how the contenders compare, then their times, then where these come from. */
export function printReport(result: BenchResult): string {
  const { workloads, starts, fits } = result;
  if (fits) return printFits(fits);
  return [
    printSurroundings(result),
    printSpeeds(workloads),
    ...workloads.map(printWorkload),
    printCalls(result),
    ...(starts.length > 0 ? [printStarts(result)] : []),
    ...printNotes(result),
  ].join('\n\n');
}

function printSurroundings({ adapter, cores, isolated, options }: BenchResult): string {
  const kind = adapter?.isSoftware ? ' (a software adapter: the CPU does the work of a GPU)' : '';
  return [
    `adapter     ${adapter ? adapter.name + kind : 'none: no WebGPU here'}`,
    `processors  ${cores}${isolated ? '' : ', of which a page that is not isolated can use one'}`,
    `measured    the median of ${options.rounds} rounds, and the lowest and highest`,
  ].join('\n');
}

const missing = '–';
const orMissing = <T>(value: T | undefined, print: (value: T) => string) =>
  value === undefined ? missing : print(value);

/** The contenders that someone has a result of. */
function names(workloads: readonly WorkloadResult[]): Entry[] {
  const [first] = workloads;
  return first.contenders.filter(({ id }) =>
    workloads.some(({ contenders }) => contenders.find((other) => other.id === id)?.training.speed),
  );
}

function printSpeeds(workloads: readonly WorkloadResult[]): string {
  const entries = names(workloads);
  const rows = entries.map(({ id, name }) => {
    const cells = workloads.map(({ contenders }) => {
      const { training, chosen } = contenders.find((other) => other.id === id) ?? {};
      return nameOf({ name: orMissing(training?.speed, formatSpeed), chosen });
    });
    return [name, ...cells];
  });
  return printTable([`training, ${entries[0]?.name} = 1×`, ...workloads.map(({ name }) => name)], rows);
}

function printWorkload({
  name,
  description,
  comparedSteps,
  predictedRows,
  contenders,
}: WorkloadResult): string {
  const heading = ['contender', 'speed', 'ms a step', 'low–high', 'steps a turn', `loss ${comparedSteps}`];
  const rows = contenders
    .filter(({ training }) => training.milliseconds)
    .map((contender) => [
      nameOf(contender),
      orMissing(contender.training.speed, formatSpeed),
      ...printTimes(contender.training),
      (contender.steps ?? 0).toLocaleString('en-US'),
      `${contender.loss?.toPrecision(6)}${contender.agrees === false ? ' differs' : ''}`,
      ...(predictedRows > 0 ? [printRate(contender.prediction, predictedRows)] : []),
    ]);
  if (predictedRows > 0) heading.push('rows predicted a second');
  return `${name}: ${description}\n${printTable(heading, rows)}`;
}

const printTimes = ({ milliseconds }: Times) => [
  orMissing(milliseconds, ({ median }) => threeDigits(median)),
  orMissing(milliseconds, formatRange),
];

const printRate = ({ milliseconds }: Times, rows: number) =>
  orMissing(milliseconds, ({ median }) => threeDigits((1000 * rows) / median));

function printCalls({ workloads }: BenchResult): string {
  const rows = workloads.flatMap((workload) =>
    workload.contenders.flatMap(({ name, calls }) =>
      calls ? [[workload.name, name, ...callKeys.map((key) => formatCount(calls[key]))]] : [],
    ),
  );
  return `Calls of WebGPU a step\n${printTable(['workload', 'contender', ...callKeys.map(callName)], rows)}`;
}

function printStarts({ starts }: BenchResult): string {
  const rows = starts
    .filter(({ start }) => start.milliseconds)
    .map(({ name, start, bytes, pipelines }) => [
      name,
      ...printTimes(start),
      orMissing(bytes, formatKilobytes),
      orMissing(pipelines, String),
    ]);
  const heading = ['contender', 'ms', 'low–high', 'loaded, gzip', 'pipelines'];
  return `From loading the code to the first finished step of xor\n${printTable(heading, rows)}`;
}

/** Who is left out and why, and whose loss is not the reference's. */
function printNotes({ workloads, starts }: BenchResult): string[] {
  const places = [...workloads, { name: 'start', contenders: starts }];
  const leftOut = new Map<string, string[]>();
  for (const place of places) {
    for (const { name, leftOut: reason } of place.contenders) {
      if (reason === undefined) continue;
      const line = `left out    ${name}: ${reason}`;
      leftOut.set(line, [...(leftOut.get(line) ?? []), place.name]);
    }
  }
  const differing = workloads.flatMap(({ name, contenders }) =>
    contenders
      .filter(({ agrees }) => agrees === false)
      .map((contender) => `warning     ${name}: the loss of ${contender.name} is not that of the reference`),
  );
  const lines = [...[...leftOut].map(([line, names]) => `${line} (${names.join(', ')})`), ...differing];
  return lines.length > 0 ? [lines.join('\n')] : [];
}
