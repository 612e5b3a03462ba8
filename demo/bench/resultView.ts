/** Draws what is known of a result. */

import { callKeys, callName } from './calls.ts';
import { formatCount, formatKilobytes, formatRange, formatSpeed, nameOf, threeDigits } from './format.ts';
import type { BenchResult, ContenderResult, Entry, StartResult, Times, WorkloadResult } from './result.ts';
import type { Summary } from './statistics.ts';

export function drawResult({ workloads, starts }: BenchResult): HTMLElement[] {
  const calling = workloads.filter(({ contenders }) => contenders.some(({ calls }) => calls));
  return [
    ...workloads.map(drawWorkload),
    ...(starts.length > 0 ? [drawStarts(starts)] : []),
    ...(calling.length > 0 ? [drawCalls(calling)] : []),
  ];
}

type Child = Node | string | undefined;

function element(tag: string, className: string, ...children: Child[]): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

function panel(
  title: string,
  description: string,
  body: HTMLElement,
  entries: readonly Entry[],
): HTMLElement {
  const notes = entries
    .filter(({ leftOut }) => leftOut !== undefined)
    .map(({ name, leftOut }) => element('p', 'note', `${name} is left out: ${leftOut}`));
  const scroll = element('div', 'scroll', body);
  return element(
    'section',
    'panel',
    element('h2', '', title),
    element('p', 'note', description),
    scroll,
    ...notes,
  );
}

function table(heading: readonly Child[], rows: readonly HTMLElement[]): HTMLElement {
  const head = element('tr', '', ...heading.map((child) => element('th', '', child)));
  return element('table', '', element('thead', '', head), element('tbody', '', ...rows));
}

function row({ name, peer }: Entry, ...cells: Child[]): HTMLElement {
  const title = element('th', '', name);
  title.setAttribute('scope', 'row');
  return element('tr', peer ? '' : 'own', title, ...cells.map((cell) => element('td', '', cell)));
}

function drawWorkload({
  name,
  description,
  comparedSteps,
  predictedRows,
  contenders,
}: WorkloadResult): HTMLElement {
  const present = contenders.filter(({ leftOut }) => leftOut === undefined);
  const scale = new Scale(present.flatMap(({ training }) => training.speed ?? []));
  const heading: Child[] = ['', sides(), `×\u00a0${present[0]?.name}`, 'ms a\u00a0step'];
  if (predictedRows > 0) heading.push('rows/s predicted');
  heading.push(`loss, step\u00a0${comparedSteps}`);
  const rows = present.map((contender) => {
    const { training, prediction } = contender;
    const cells: Child[] = [
      training.speed && scale.draw(training.speed),
      training.speed && formatSpeed(training.speed),
      timesCell(training),
    ];
    if (predictedRows > 0) cells.push(rateCell(prediction, predictedRows));
    return row({ ...contender, name: nameOf(contender) }, ...cells, lossCell(contender));
  });
  const compared = table(heading, rows);
  compared.className = 'compared';
  return panel(name, description, compared, contenders);
}

function sides(): HTMLElement {
  return element('div', 'sides', element('span', '', '← slower'), element('span', '', 'faster →'));
}

function timesCell({ milliseconds }: Times): Child {
  if (!milliseconds) return undefined;
  const range = element('small', 'range', formatRange(milliseconds));
  return element('span', '', threeDigits(milliseconds.median), range);
}

const rateCell = ({ milliseconds }: Times, rows: number) =>
  milliseconds && threeDigits((1000 * rows) / milliseconds.median);

function lossCell({ loss, agrees }: ContenderResult): Child {
  if (loss === undefined) return undefined;
  return element(
    'span',
    agrees === false ? 'wrong' : '',
    loss.toPrecision(5),
    agrees === false ? ' differs' : '',
  );
}

/** Places speeds along a bar, a decade as long as any other. */
class Scale {
  readonly #low: number;
  readonly #high: number;

  constructor(speeds: readonly Summary[]) {
    const logs = speeds.flatMap(({ low, high }) => [Math.log10(low), Math.log10(high)]);
    this.#low = Math.min(-0.2, ...logs);
    this.#high = Math.max(0.2, ...logs);
  }

  draw({ median }: Summary): HTMLElement {
    const [one, end] = [this.#place(1), this.#place(median)];
    const bar = element('div', 'bar', element('i', ''));
    bar.style.setProperty('--one', `${one}%`);
    bar.style.setProperty('--from', `${Math.min(one, end)}%`);
    bar.style.setProperty('--to', `${Math.max(one, end)}%`);
    return bar;
  }

  #place(speed: number): number {
    return (100 * (Math.log10(speed) - this.#low)) / (this.#high - this.#low);
  }
}

function drawStarts(starts: readonly StartResult[]): HTMLElement {
  const rows = starts
    .filter(({ start }) => start.milliseconds)
    .map((entry) =>
      row(
        entry,
        timesCell(entry.start),
        entry.bytes === undefined ? '–' : formatKilobytes(entry.bytes),
        `${entry.pipelines || '–'}`,
      ),
    );
  const description = 'From loading the code, in a new worker, until the first step of xor is finished.';
  return panel('Start', description, table(['', 'ms', 'loaded, gzip', 'pipelines'], rows), starts);
}

function drawCalls(workloads: readonly WorkloadResult[]): HTMLElement {
  const rows = workloads.flatMap(({ name, contenders }) =>
    contenders.flatMap((contender) => {
      const { calls } = contender;
      if (!calls) return [];
      const entry = { ...contender, name: `${name}, ${contender.name}` };
      return [row(entry, ...callKeys.map((key) => formatCount(calls[key])))];
    }),
  );
  const heading = ['', ...callKeys.map((key) => callName(key))];
  return panel('Calls of WebGPU', 'Of each training step.', table(heading, rows), []);
}
