/** Which networks are compared, in which order, and which are not worth it. */
import type { Workload } from '../bench/workload.ts';
import { initialWeights, stack, uniform } from '../bench/workloads.ts';
import { type Cell, type CrossoverOptions, type CrossoverResult, type Side, sides } from './result.ts';

const extent = { widths: [4, 1024], batches: [2, 512] } as const;
const outputs = 10;
/** After so many steps the rows begin again. */
const stepsOfRows = 4;

/** Who is so many times as fast at all smaller neighbours has won the cell as well. */
const farAhead = 4;
/** A step that would take as long, in ms, is not taken when it is known who has won. */
const dear = 150;

export function emptyGrid({
  factor,
  largest,
}: CrossoverOptions): Pick<CrossoverResult, 'widths' | 'batches' | 'cells'> {
  const [widths, batches] = [extent.widths, extent.batches].map((range) =>
    powers(range, factor).filter((value) => value <= largest),
  );
  return { widths, batches, cells: widths.flatMap((width) => batches.map((batch) => ({ width, batch }))) };
}

function powers([from, to]: readonly [number, number], factor: number): number[] {
  const values = [];
  for (let value = from; value <= to; value *= factor) values.push(value);
  return values;
}

const work = ({ width, batch }: Cell) => batch * width * (width + outputs);

/** The cheap ones first: what they tell may spare the dear ones. */
export const inOrder = (cells: readonly Cell[]) => cells.toSorted((a, b) => work(a) - work(b));

const smallerNeighbours = (cell: Cell, { cells, options: { factor } }: CrossoverResult) =>
  cells.filter(
    ({ width, batch }) =>
      (width * factor === cell.width && batch === cell.batch) ||
      (width === cell.width && batch * factor === cell.batch),
  );

/** Who has won the cell for sure, where a step of the loser's would take long. */
export function knownWinner(cell: Cell, result: CrossoverResult): Side | undefined {
  const { factor } = result.options;
  const smaller = smallerNeighbours(cell, result);
  const [leader, ...others] = new Set(smaller.map(leaderOf));
  if (smaller.length < 2 || others.length > 0) return undefined;
  const longest = Math.max(...smaller.map(longestStep));
  return longest * factor > dear ? leader : undefined;
}

/** Whether there was no time for a smaller network or batch. */
export const tookTooLong = (cell: Cell, result: CrossoverResult): boolean =>
  smallerNeighbours(cell, result).some(({ skipped }) => skipped === 'time');

function leaderOf({ measured, skipped }: Cell): Side | undefined {
  if (!measured) return skipped === 'time' ? undefined : skipped;
  const { median } = measured.speed;
  return median >= farAhead ? 'webgpu' : median <= 1 / farAhead ? 'cpu' : undefined;
}

const longestStep = ({ measured }: Cell) =>
  measured ? Math.max(...sides.map((side) => measured[side].median)) : dear;

/** Two dense layers of relu and softmax, on random rows. */
export function cellWorkload({ width, batch }: Cell): Workload {
  const layers = stack([width, width, outputs], 'relu', 'softmax');
  const rows = stepsOfRows * batch;
  const random = uniform(1);
  const y = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) y[row * outputs + Math.floor(random() * outputs)] = 1;
  return {
    layers,
    loss: 'categoricalCrossentropy',
    batch,
    optimizer: { name: 'sgd', learningRate: 0.01 },
    x: Float32Array.from({ length: rows * width }, random),
    y,
    rows,
    weights: initialWeights(layers),
    comparedSteps: 1,
    predicts: false,
  };
}
