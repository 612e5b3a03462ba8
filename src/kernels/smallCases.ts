/** Parity cases of `train_small`: small networks of every kind of operation, over a few steps. */
import { values as activations } from '../../shaders/lib/activation.wgsl';
import { values as losses } from '../../shaders/lib/loss.wgsl';
import type shader from '../../shaders/train_small.wgsl';
import { values as kinds } from '../../shaders/train_small.wgsl';
import { dropoutConstants } from './dropout.ts';
import { between, labels, normal, permutation, zeros } from './fills.ts';
import { type ConstantsOf, emptyStep, type Fill, type ParityCase, type StepValues } from './kernel.ts';
import { type OptimizerCase, optimizerCases } from './optimizerCases.ts';
import { metricGroups } from './output_delta.ts';
import { partialGroups } from './partialSums.ts';
import { samplesFor } from './shapes.ts';
import { type GivenOperation, placeOperations, stepWords } from './smallOperations.ts';

type Constants = ConstantsOf<typeof shader>;

interface SmallCase {
  readonly label: string;
  /** Rows of each step. */
  readonly rows: readonly number[];
  /** Rows of a batch, and of their numbers. */
  readonly batch: readonly [rows: number, inputs: number];
  readonly operations: readonly GivenOperation[];
  readonly optimizer: OptimizerCase;
  readonly constants: Partial<Constants> & { readonly LOSS: number };
  readonly target?: (outputs: number) => Fill;
  readonly step?: Partial<StepValues>;
}

function smallCase(given: SmallCase): ParityCase<typeof shader> {
  const { label, rows, operations, optimizer, constants, step = {}, target = () => normal() } = given;
  const [M, K] = given.batch;
  const placed = placeOperations(M, K, optimizer.moments.length, operations);
  const { N, PARAMETERS, OPERATIONS, SIZE } = placed;
  const samples = samplesFor(M);
  const WIDTH = constants.SPARSE ? 1 : N;
  const stride = WIDTH + Number(constants.WEIGHTED ?? false);
  const penalised = OPERATIONS.filter(({ l1, l2 }) => l1 + l2 > 0);
  const penalties = penalised.reduce((sum, { inputs, units }) => sum + partialGroups(inputs * units), 0);
  const STRIDE = metricGroups(M) + penalties;
  const words = stepWords(
    rows.map((count, i) => ({
      ...{ ...emptyStep(), ...optimizer.step, index: 5 + i },
      ...{ first: i % 3, rows: count, slot: rows.length - i },
    })),
  );
  const moments = OPERATIONS.filter(({ kind }) => kind === kinds.DENSE).flatMap(({ inputs, units }) =>
    optimizer.moments.flatMap((fill) => Array<Fill>((inputs + 1) * units).fill(fill)),
  );
  const weight = normal(0.5);
  return {
    label,
    constants: {
      ...placed,
      STEPS: rows.length + 1,
      TURN: rows.length + 1,
      WIDTH,
      STRIDE,
      GATHER: true,
      ...optimizer.constants,
      RATE_SCALE: 1,
      ...constants,
    },
    step,
    tensors: {
      x: { size: samples * K, fill: normal() },
      target_rows: {
        size: samples * stride,
        fill: (uniform, i) => (i % stride < WIDTH ? target(N)(uniform, i) : 0.5 + uniform()),
      },
      permutation: { size: samples, fill: permutation(samples) },
      steps: { size: words.length, fill: (_, i) => words[i] },
      state: {
        size: SIZE,
        fill: (uniform, i) => (i < PARAMETERS ? weight : (moments[i - PARAMETERS] ?? zeros))(uniform, i),
      },
      metrics: { size: 2 * STRIDE * (rows.length + 2), fill: between(0, 1) },
    },
  };
}

const { DENSE, ACTIVATE, DROPOUT, NOISE } = kinds;
const { SIGMOID, TANH, RELU, ELU, GELU } = activations;
const [sgd] = optimizerCases;
const optimizer = (label: string) => optimizerCases.find((one) => one.label === label) ?? sgd;
const dropout = (units: number) => ({ kind: DROPOUT, units, seed: 77, ...dropoutFields(0.25) });

function dropoutFields(rate: number) {
  const { THRESHOLD, SCALE } = dropoutConstants(rate);
  return { threshold: THRESHOLD, scale: SCALE };
}

const xor: SmallCase = {
  label: '2-8-1 by gradient descent',
  rows: [4, 4, 3],
  batch: [4, 2],
  operations: [
    { kind: DENSE, units: 8, activation: SIGMOID },
    { kind: DENSE, units: 1, activation: SIGMOID },
  ],
  optimizer: sgd,
  constants: { LOSS: losses.MEAN_SQUARED, ACTIVATION: SIGMOID },
};

const cases: SmallCase[] = [
  xor,
  { ...xor, label: 'one of three steps', constants: { ...xor.constants, TURN: 1 }, step: { slot: 1 } },
  { ...xor, label: '2-8-1 by 64 threads', constants: { ...xor.constants, LANES: 64 } },
  { ...xor, label: '2-8-1 in memory of the workgroup', constants: { ...xor.constants, SHARED: true } },
  { ...xor, label: 'one layer, one row', batch: [1, 3], rows: [1], operations: [{ kind: DENSE, units: 2 }] },
  {
    label: 'classes, penalties, adamw',
    rows: [9, 5],
    batch: [9, 5],
    operations: [
      { kind: DENSE, units: 7, activation: RELU, l1: 0.05, l2: 0.05 },
      { kind: DENSE, units: 6, activation: ELU, useBias: false, rate_scale: 0.5 },
      { kind: DENSE, units: 3, l2: 0.1 },
    ],
    optimizer: optimizer('adamw'),
    constants: {
      LOSS: losses.CATEGORICAL_LOGITS,
      SPARSE: true,
      WEIGHTED: true,
      SMOOTHING: 0.1,
      THRESHOLD: 0,
    },
    target: labels,
  },
  {
    label: 'dropout, noise, activations that need their input',
    rows: [6, 6],
    batch: [6, 3],
    operations: [
      { kind: DENSE, units: 5 },
      { kind: ACTIVATE, units: 5, activation: GELU },
      dropout(5),
      { kind: DENSE, units: 4, activation: TANH },
      { kind: NOISE, units: 4, seed: 9, scale: 0.1 },
      { kind: DENSE, units: 2 },
      { kind: ACTIVATE, units: 2, activation: GELU },
    ],
    optimizer: optimizer('rmsprop, centered'),
    constants: { LOSS: losses.HALF_SQUARED, CLIP_VALUE: 0.25 },
  },
  {
    label: 'dropout first and last, in memory of the workgroup',
    rows: [5, 2, 5],
    batch: [5, 6],
    operations: [
      dropout(6),
      { kind: DENSE, units: 5, activation: SIGMOID, a: 2, b: 0.5, rate_scale: 0.25 },
      dropout(5),
    ],
    optimizer: optimizer('nadam'),
    constants: { LOSS: losses.HUBER, HUBER_DELTA: 0.5, SHARED: true },
  },
  {
    label: '70 rows and 4,160 weights',
    rows: [70],
    batch: [70, 64],
    operations: [
      { kind: DENSE, units: 65, activation: RELU, l1: 0.01 },
      { kind: DENSE, units: 1 },
    ],
    optimizer: optimizer('momentum'),
    constants: { LOSS: losses.BINARY_LOGITS, THRESHOLD: 0, LANES: 64 },
    target: () => between(0, 1),
  },
];

export const smallCases = () => cases.map(smallCase);
