import uPlot from 'uplot';
import type { Point, Score } from './history.ts';
import type { Run } from './run.ts';
import { colour } from './theme.ts';

export interface CurveOptions {
  metric: keyof Score;
  /** The largest value where it is known; else it follows from the data. */
  most?: number;
  format(value: number): string;
  formatTick(value: number): string;
}

const font = '12px system-ui, sans-serif';
const missing = '–';

/** One metric over the steps, in training and in the test. Its caption has the latest values, or the pointed-at. */
export class Curve {
  readonly #plot: uPlot;
  readonly #host: HTMLElement;
  #run: Run | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly options: CurveOptions,
  ) {
    this.#host = element.querySelector('.plot') as HTMLElement;
    this.#plot = new uPlot(this.#plotOptions(), [[], [], []], this.#host);
    new ResizeObserver(() => this.#plot.setSize(this.#size())).observe(this.#host);
  }

  show(run: Run): void {
    this.#run = run;
    const { points } = run.history;
    const { metric } = this.options;
    this.#plot.setData([
      points.map(({ step }) => step),
      points.map(({ train }) => train?.[metric] ?? null),
      points.map(({ test }) => test?.[metric] ?? null),
    ]);
    this.#showValues();
    this.#describe(run);
  }

  /** For a change of theme: colours are asked for while drawing. */
  draw(): void {
    this.#plot.redraw(false);
  }

  #size(): { width: number; height: number } {
    return { width: this.#host.clientWidth, height: this.#host.clientHeight };
  }

  #showValues(): void {
    if (!this.#run) return;
    const { history } = this.#run;
    const index = this.#plot.cursor.idx ?? -1;
    const pointed: Point | undefined = history.points[index];
    // Not every point has been tested.
    const tested = history.points.findLast(({ test }, i) => test && i <= index);
    this.#write('train', (pointed ?? history).train);
    this.#write('test', (tested ?? history).test);
    this.#setText('at', pointed ? `at step ${pointed.step.toLocaleString('en-US')}` : '');
  }

  #write(name: 'train' | 'test', score: Score | undefined): void {
    this.#setText(name, score ? this.options.format(score[this.options.metric]) : missing);
  }

  #setText(name: string, text: string): void {
    const output = this.element.querySelector(`[data-value=${name}]`);
    if (output && output.textContent !== text) output.textContent = text;
  }

  /** A canvas tells a screen reader nothing. */
  #describe({ history }: Run): void {
    const { metric, format } = this.options;
    const [train, test] = [history.train, history.test].map((score) =>
      score ? format(score[metric]) : missing,
    );
    const title = this.element.querySelector('h2')?.textContent;
    this.#host.ariaLabel = `${title}, ${history.points.length} points up to step ${history.step}: training ${train}, test ${test}`;
  }

  #plotOptions(): uPlot.Options {
    const { most, formatTick } = this.options;
    const grid = { stroke: () => colour('grid'), width: 1 };
    const axis = { stroke: () => colour('quiet'), font, grid, ticks: { show: false } };
    return {
      ...this.#size(),
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'step' } },
      scales: {
        x: { time: false, range: (_, _min, max) => [0, Math.max(max ?? 0, 100)] },
        y: { range: (_, _min, max) => [0, most ?? 1.08 * (max ?? 1)] },
      },
      axes: [
        { ...axis, size: 30, space: 60, values: (_, steps) => steps.map(shortNumber) },
        { ...axis, size: 46, space: 36, values: (_, values) => values.map(formatTick) },
      ],
      series: [
        {},
        { stroke: () => colour('curve-train'), width: 1.25, points: { show: false } },
        { stroke: () => colour('curve-test'), width: 2, spanGaps: true, points: { show: false } },
      ],
      hooks: { setCursor: [() => this.#showValues()] },
    };
  }
}

const shortNumber = (value: number) =>
  value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 2 });
