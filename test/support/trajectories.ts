/** The library's training beside the plain network's: the same network, data and constants said to both. */
import {
  type ActivationOption,
  activation,
  dense,
  type Layer,
  type LossOption,
  type Optimizer,
  type Regularizer,
  type Runtime,
  sequential,
} from '../../src/index.ts';
import type { RowFunction } from './plain/activations.ts';
import type { RowLoss } from './plain/losses.ts';
import { trainPlain } from './plain/network.ts';
import type { BatchFunction } from './plain/normalization.ts';
import type { PlainOptimizer } from './plain/optimizers.ts';

/** What something is for the library, and what it is for the plain network. */
type Pair<Library, Plain> = readonly [Library, Plain];

export interface Trajectory {
  readonly label: string;
  readonly hidden: Pair<ActivationOption, RowFunction>;
  readonly output: Pair<ActivationOption, RowFunction>;
  readonly loss: Pair<LossOption, RowLoss>;
  readonly optimizer: Pair<Optimizer, PlainOptimizer>;
  /** Of numbers, of shares that add up to 1, or of classes. */
  readonly targets: 'reals' | 'shares' | 'classes';
  readonly regularizer?: Regularizer;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly rateScales?: readonly number[];
  /** Of the hidden layers, before their activations. */
  readonly normalization?: Pair<Layer, BatchFunction>;
}

const widths = [4, 9, 7, 3];
const rows = 44;
/** 44 rows are three steps an epoch, the last one short. */
const batch = 16;
const epochs = 20;

/** Numbers in [0, 1) that float32 holds: the high bits of a linear congruential generator (Numerical Recipes). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function makeData(targets: Trajectory['targets']) {
  const random = numbers(1);
  const x = Array.from({ length: rows }, () => Array.from({ length: widths[0] }, () => 4 * random() - 2));
  const labels = x.map(([a, b]) => Number(a * b > 0.5) + Number(a + b > 0));
  const oneHot = labels.map((label) => [0, 1, 2].map((j) => Number(j === label)));
  if (targets === 'classes') return { x, labels, targets: oneHot };
  const raw = x.map(() => [0, 1, 2].map(() => random()));
  const sum = (row: number[]) => row.reduce((a, b) => a + b);
  const rowsOf = { reals: raw, shares: raw.map((row) => row.map((s) => Math.fround(s / sum(row)))) };
  return { x, labels, targets: rowsOf[targets] };
}

const normalizationOf = ({ normalization }: Trajectory, l: number) => (l < 2 ? normalization : undefined);

/** Kernel and bias of every layer; γ and β, mean and variance, where there are any. */
function makeWeights(trajectory: Trajectory): Float32Array[] {
  const random = numbers(2);
  return widths.slice(1).flatMap((units, l) => {
    const limit = Math.sqrt(6 / (widths[l] + units));
    const values = (length: number, width: number, middle = 0) =>
      Float32Array.from({ length }, () => middle + width * (2 * random() - 1));
    const weights = [values(widths[l] * units, limit), values(units, 0.1)];
    const normalization = normalizationOf(trajectory, l);
    if (normalization) weights.push(values(units, 0.5, 1), values(units, 0.1));
    if (normalization?.[1].running) weights.push(values(units, 0.1), values(units, 0.5, 1));
    return weights;
  });
}

interface Result {
  readonly losses: readonly number[];
  readonly tensors: readonly ArrayLike<number>[];
}

async function trainLibrary(trajectory: Trajectory, runtime: Runtime): Promise<Result> {
  const { hidden, output, loss, optimizer, regularizer, rateScales, clipNorm, clipValue } = trajectory;
  const layers = widths.slice(1).flatMap((units, l) => [
    dense({
      units,
      inputShape: [widths[l]],
      kernelRegularizer: regularizer,
      learningRateScale: rateScales?.[l],
    }),
    ...((normalizationOf(trajectory, l)?.slice(0, 1) as Layer[]) ?? []),
    activation({ activation: l < 2 ? hidden[0] : output[0] }),
  ]);
  const model = sequential({ layers });
  model.compile({ optimizer: optimizer[0], loss: loss[0], clipNorm, clipValue, runtime });
  await model.setWeights(makeWeights(trajectory).map((data) => ({ data })));
  const { x, labels, targets } = makeData(trajectory.targets);
  const isSparse = JSON.stringify(loss[0]).includes('sparse');
  const options = { epochs, batchSize: batch, shuffle: false, recordSteps: true };
  const { steps = [] } = await model.fit(x, isSparse ? labels : targets, options);
  const weights = await model.getWeights();
  model.dispose();
  return { losses: steps, tensors: weights.map(({ data }) => data) };
}

/** Where the plain network starts. */
export function makePlainStart(trajectory: Trajectory) {
  const { hidden, output, loss, optimizer, regularizer, rateScales, clipNorm, clipValue } = trajectory;
  const layers = widths.slice(1).map((units, l) => ({
    inputs: widths[l],
    units,
    activation: l < 2 ? hidden[1] : output[1],
    rateScale: rateScales?.[l],
    normalization: normalizationOf(trajectory, l)?.[1],
    ...regularizer,
  }));
  const training = { layers, loss: loss[1], optimizer: optimizer[1], clipNorm, clipValue };
  const tensors = makeWeights(trajectory).map((data) => Float64Array.from(data));
  const { x, targets } = makeData(trajectory.targets);
  return { training, tensors, x, targets };
}

function trainOracle(trajectory: Trajectory): Result {
  const { training, tensors, ...data } = makePlainStart(trajectory);
  return trainPlain(training, tensors, data, { batch, epochs });
}

/**
 * How far the two are apart: the largest relative error of a step's loss, and of a tensor at the end, by its
 * Euclidean norm.
 */
export async function compareTrajectory(
  trajectory: Trajectory,
  runtime: Runtime,
): Promise<{ steps: number; loss: number; weights: number }> {
  const library = await trainLibrary(trajectory, runtime);
  const oracle = trainOracle(trajectory);
  const errors = oracle.losses.map((wanted, i) => Math.abs(library.losses[i] - wanted) / Math.abs(wanted));
  const distances = oracle.tensors.map((wanted, i) => distance(library.tensors[i], wanted));
  return { steps: library.losses.length, loss: largest(errors), weights: largest(distances) };
}

/** NaN stays NaN. */
const largest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));

function distance(values: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const norm = (numbers: number[]) => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
  return norm(Array.from(wanted, (w, i) => values[i] - w)) / norm(Array.from(wanted));
}
