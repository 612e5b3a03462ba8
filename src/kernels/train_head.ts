import { values as activations } from '../../shaders/lib/activation.wgsl';
import { values as losses } from '../../shaders/lib/loss.wgsl';
import shader from '../../shaders/train_head.wgsl';
import { denseForward } from './dense_forward.ts';
import { spread } from './disturbance.ts';
import { between, labels, normal, oneHot, permutation } from './fills.ts';
import { gradientUpdate } from './gradient_update.ts';
import { hiddenDelta } from './hidden_delta.ts';
import {
  type ConstantsOf,
  defineKernel,
  type Fill,
  type ParityCase,
  type StepValues,
  type TensorNames,
} from './kernel.ts';
import { type OptimizerCase, optimizerCases, weightTensors } from './optimizerCases.ts';
import { outputDelta } from './output_delta.ts';
import { samplesFor } from './shapes.ts';
import { halfOf } from './smallOperations.ts';

type Constants = ConstantsOf<typeof shader>;
type Tensors = Record<TensorNames<typeof shader>, Float64Array>;

/** By the references of the kernels that it takes the place of. */
function train(tensors: Tensors, constants: Constants, step: StepValues): void {
  const { x, permutation } = tensors;
  const { M, N, BELOW, BELOW_A, BELOW_B } = constants;
  const y = new Float64Array(M * N);
  const delta = new Float64Array(M * N);
  const direct = { ...constants, GATHER: false };
  denseForward.reference({ ...tensors, y }, direct, step);
  outputDelta.reference({ ...tensors, y, delta }, constants, step);
  const below = { ...constants, ACTIVATION: BELOW, A: BELOW_A, B: BELOW_B };
  hiddenDelta.reference({ ...tensors, delta, kept: x }, below, step);
  gradientUpdate.reference({ ...tensors, permutation, delta }, direct, step);
}

interface HeadCase {
  readonly label: string;
  readonly shape: { readonly M: number; readonly N: number; readonly K: number };
  readonly rows?: number;
  readonly optimizer?: OptimizerCase;
  readonly constants: Partial<Constants> & { readonly LOSS: number };
  readonly x?: Fill;
  readonly target?: (outputs: number) => Fill;
}

const [sgd] = optimizerCases;
const optimizer = (label: string) => optimizerCases.find((one) => one.label === label) ?? sgd;

function headCase(given: HeadCase): ParityCase<typeof shader> {
  const { label, shape, optimizer = sgd, constants, x = normal(), target = () => normal() } = given;
  const { M, N, K } = shape;
  const { rows = M } = given;
  const samples = samplesFor(M);
  const WIDTH = constants.SPARSE ? 1 : N;
  const stride = WIDTH + Number(constants.WEIGHTED ?? false);
  const STRIDE = 2;
  return {
    label: `${label}, ${M}×${K}×${N}${rows < M ? `, ${rows} rows` : ''}`,
    constants: {
      ...shape,
      WIDTH,
      STRIDE,
      HALF: halfOf(M),
      GATHER: true,
      ...optimizer.constants,
      ...constants,
    },
    step: { first: 2, rows, slot: 1, ...optimizer.step },
    tensors: {
      x: { size: M * K, fill: x },
      target_rows: {
        size: samples * stride,
        fill: (uniform, i) => (i % stride < WIDTH ? target(N)(uniform, i) : 0.5 + uniform()),
      },
      permutation: { size: samples, fill: permutation(samples) },
      ...weightTensors((K + 1) * N, optimizer),
      result: { size: M * K, fill: normal() },
      metrics: { size: 3 * STRIDE * 2, fill: between(0, 1) },
    },
  };
}

const { SIGMOID, TANH, RELU } = activations;
const squares: HeadCase = {
  label: 'squared error, sigmoid over tanh',
  shape: { M: 5, N: 3, K: 7 },
  constants: { LOSS: losses.MEAN_SQUARED, ACTIVATION: SIGMOID, BELOW: TANH },
  x: between(-1, 1),
};

const cases: HeadCase[] = [
  squares,
  { ...squares, label: 'a single weight', shape: { M: 1, N: 1, K: 1 } },
  { ...squares, label: '64 threads', constants: { ...squares.constants, LANES: 64 } },
  { ...squares, label: 'targets in order', constants: { ...squares.constants, GATHER: false } },
  {
    label: 'classes, adam, weights of rows, decay',
    shape: { M: 13, N: 2, K: 9 },
    rows: 11,
    optimizer: optimizer('adam, later'),
    constants: {
      LOSS: losses.CATEGORICAL_LOGITS,
      SPARSE: true,
      WEIGHTED: true,
      SMOOTHING: 0.1,
      THRESHOLD: 0,
      BELOW: RELU,
      L2: 0.1,
    },
    target: labels,
  },
  {
    label: 'no bias, scaled sigmoid below, centered rmsprop',
    shape: { M: 6, N: 4, K: 6 },
    optimizer: optimizer('rmsprop, centered'),
    constants: { LOSS: losses.HALF_SQUARED, USE_BIAS: false, BELOW: SIGMOID, BELOW_A: 2.5, BELOW_B: 0.75 },
    x: between(0, 2.5),
  },
  {
    label: 'binary cross-entropy, momentum',
    shape: { M: 64, N: 1, K: 33 },
    optimizer: optimizer('momentum'),
    constants: { LOSS: losses.BINARY_LOGITS, THRESHOLD: 0, BELOW: RELU },
    target: () => between(0, 1),
  },
  {
    label: 'cross-entropy by 64 threads',
    shape: { M: 64, N: 8, K: 40 },
    rows: 50,
    optimizer: optimizer('nadam'),
    constants: { LOSS: losses.CATEGORICAL_LOGITS, LANES: 64, BELOW: RELU, CLIP_VALUE: 0.05 },
    // Not so far apart that a softmax is 1: its difference from a target of 1 would have no digits left.
    x: normal(0.2),
    target: oneHot,
  },
];

export const trainHead = defineKernel({
  shader,
  webgpuOnly: true,
  threads: () => 1,
  flops: ({ M, N, K }) => 6 * M * N * K,
  reference: train,
  tolerance: (before, after, constants, step) =>
    spread((tensors) => train(tensors, constants, step), before, after, {
      disturbed: ['x', 'parameters', 'moments'],
      outputs: ['parameters', 'moments', 'result', 'metrics'],
    }),
  cases: () => cases.map(headCase),
});
