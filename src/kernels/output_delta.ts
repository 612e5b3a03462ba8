import { values as activations } from '../../shaders/lib/activation.wgsl';
import { values as losses } from '../../shaders/lib/loss.wgsl';
import shader from '../../shaders/output_delta.wgsl';
import {
  aroundHalf,
  between,
  labels,
  normal,
  oneHot,
  permutation,
  positivePart,
  saturated,
} from './fills.ts';
import { activationSlope, logSumExp } from './formulas.ts';
import { type ConstantsOf, defineKernel, type Fill, type HostTensors, type ParityCase } from './kernel.ts';
import { rowShapes, samplesFor } from './shapes.ts';
import { argmax, readTarget } from './targets.ts';
import { SUBNORMAL, slopeError, sumError, ULP } from './tolerance.ts';

/** Rows whose loss and metrics one workgroup adds up. */
const GROUP = shader.workgroupSize[0];

export const metricGroups = (rows: number) => Math.ceil(rows / GROUP);

type Constants = ConstantsOf<typeof shader>;

/** Outputs, what they should have been, the same smoothed, and the row's weight. */
interface Row {
  readonly y: Float64Array;
  readonly target: Float64Array;
  readonly smoothed: Float64Array;
  readonly weight: number;
}

function isRight({ y, target }: Row, threshold: number): boolean {
  if (y.length === 1) return y[0] > threshold === target[0] > 0.5;
  return argmax(y) === argmax(target);
}

/** ln x, cut off at −100 as PyTorch's binary cross-entropy does. */
const safeLog = (x: number) => (x > 0 ? Math.max(Math.log(x), -100) : -100);
const safeLog1p = (x: number) => (x > -1 ? Math.max(Math.log1p(x), -100) : -100);
const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** The loss of one output and its derivative by that output, for the losses that are sums over outputs. */
const formulas: Record<number, (y: number, s: number, n: number, c: Constants) => [number, number]> = {
  [losses.HALF_SQUARED]: (y, s) => [(s - y) ** 2 / 2, y - s],
  [losses.MEAN_SQUARED]: (y, s, n) => [(s - y) ** 2 / n, (2 * (y - s)) / n],
  [losses.MEAN_ABSOLUTE]: (y, s, n) => [Math.abs(s - y) / n, Math.sign(y - s) / n],
  [losses.HUBER](y, s, n, { HUBER_DELTA: d }) {
    const e = Math.abs(y - s);
    return e <= d ? [e ** 2 / 2 / n, (y - s) / n] : [(d * (e - d / 2)) / n, (d * Math.sign(y - s)) / n];
  },
  [losses.BINARY]: (y, s, n) => [
    -(s * safeLog(y) + (1 - s) * safeLog1p(-y)) / n,
    (y - s) / Math.max(y * (1 - y), 1e-12) / n,
  ],
  [losses.BINARY_LOGITS]: (z, s, n) => [
    (s * softplus(-z) + (1 - s) * softplus(z)) / n,
    (1 / (1 + Math.exp(-z)) - s) / n,
  ],
  [losses.CATEGORICAL]: (y, s, _n, { DIVERGENCE }) => [
    s * ((DIVERGENCE ? safeLog(s) : 0) - safeLog(y)),
    -s / Math.max(y, 1e-12),
  ],
};

/** A row's loss and its derivatives by the pre-activations. */
function rowLoss({ y, smoothed }: Row, c: Constants): { loss: number; slopes: Float64Array } {
  if (c.LOSS === losses.CATEGORICAL_LOGITS) {
    const total = logSumExp(y, 0, y.length);
    const sum = smoothed.reduce((a, b) => a + b);
    const term = (s: number, z: number) => (s === 0 ? 0 : s * (total - z + (c.DIVERGENCE ? safeLog(s) : 0)));
    const loss = smoothed.reduce((all, s, j) => all + term(s, y[j]), 0);
    return { loss, slopes: y.map((z, j) => sum * Math.exp(z - total) - smoothed[j]) };
  }
  const terms = Array.from(y, (value, j) => formulas[c.LOSS](value, smoothed[j], y.length, c));
  const chain = (value: number) => (c.LOSS === losses.BINARY_LOGITS ? 1 : activationSlope(value, c));
  return {
    loss: terms.reduce((all, [loss]) => all + loss, 0),
    slopes: y.map((value, j) => terms[j][1] * chain(value)),
  };
}

function readRow(
  { y, ...targets }: HostTensors<'y' | 'target_rows' | 'permutation'>,
  constants: Constants,
  first: number,
  row: number,
): Row {
  const { N, SMOOTHING, LOSS } = constants;
  const { target, weight } = readTarget(targets, constants, first, row);
  const classes = LOSS === losses.BINARY || LOSS === losses.BINARY_LOGITS ? 2 : N;
  const smoothed = target.map((s) => s * (1 - SMOOTHING) + SMOOTHING / classes);
  return { y: y.slice(row * N, (row + 1) * N), target, smoothed, weight };
}

interface LossCase {
  readonly label: string;
  readonly constants: Partial<Constants> & { LOSS: number };
  readonly y: Fill;
  readonly target: (outputs: number) => Fill;
}

function parityCase(
  { label, constants, y, target }: LossCase,
  { M, N }: { M: number; N: number },
  rows = M,
): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  const WIDTH = constants.SPARSE ? 1 : N;
  const stride = WIDTH + Number(constants.WEIGHTED ?? false);
  const fill: Fill = (uniform, i) => (i % stride < WIDTH ? target(N)(uniform, i) : 0.5 + uniform());
  const STRIDE = metricGroups(M) + 1;
  return {
    label: `${label}, ${rows < M ? `${rows} of ` : ''}${M} rows × ${N}`,
    constants: { M, N, WIDTH, STRIDE, GATHER: true, ...constants },
    step: { first: 2, rows, slot: 1 },
    tensors: {
      y: { size: M * N, fill: y },
      target_rows: { size: samples * stride, fill },
      permutation: { size: samples, fill: permutation(samples) },
      delta: { size: M * N, fill: normal() },
      metrics: { size: 3 * STRIDE * 2, fill: between(0, 1) },
    },
  };
}

const probability = () => between(0, 1);
const binary = (): Fill => (uniform) => Math.round(uniform());
const real = () => normal();
const logits = normal(2);
/** Probabilities, with the ends of the range among them. */
const outputs: Fill = (uniform, i) => (i % 5 === 0 ? Math.round(uniform()) : uniform());

const lossCases: LossCase[] = [
  { label: 'half squared error', constants: { LOSS: losses.HALF_SQUARED }, y: logits, target: real },
  { label: 'mean squared error', constants: { LOSS: losses.MEAN_SQUARED }, y: logits, target: real },
  { label: 'mean absolute error', constants: { LOSS: losses.MEAN_ABSOLUTE }, y: logits, target: real },
  { label: 'huber', constants: { LOSS: losses.HUBER, HUBER_DELTA: 1.5 }, y: logits, target: real },
  { label: 'binary cross-entropy', constants: { LOSS: losses.BINARY }, y: outputs, target: probability },
  {
    label: 'smoothed binary cross-entropy',
    constants: { LOSS: losses.BINARY, SMOOTHING: 0.125 },
    y: outputs,
    target: binary,
  },
  {
    label: 'binary cross-entropy from logits',
    constants: { LOSS: losses.BINARY_LOGITS, SMOOTHING: 0.125, THRESHOLD: 0 },
    y: logits,
    target: probability,
  },
  { label: 'cross-entropy', constants: { LOSS: losses.CATEGORICAL }, y: outputs, target: oneHot },
  {
    label: 'divergence',
    constants: { LOSS: losses.CATEGORICAL, DIVERGENCE: true },
    y: outputs,
    target: probability,
  },
  {
    label: 'cross-entropy from logits',
    constants: { LOSS: losses.CATEGORICAL_LOGITS },
    y: logits,
    target: oneHot,
  },
  {
    label: 'sparse cross-entropy from logits',
    constants: { LOSS: losses.CATEGORICAL_LOGITS, SPARSE: true },
    y: logits,
    target: labels,
  },
  {
    label: 'smoothed, weighted cross-entropy',
    constants: { LOSS: losses.CATEGORICAL_LOGITS, SPARSE: true, SMOOTHING: 0.25, WEIGHTED: true },
    y: logits,
    target: labels,
  },
  {
    label: 'divergence from logits',
    constants: { LOSS: losses.CATEGORICAL_LOGITS, DIVERGENCE: true, WEIGHTED: true },
    y: logits,
    target: probability,
  },
];

const activationCase = (label: string, LOSS: number, constants: Partial<Constants>, y: Fill): LossCase => ({
  label: `${label} through its activation`,
  constants: { LOSS, ...constants },
  y,
  target: real,
});

const throughActivations: LossCase[] = [
  activationCase('sigmoid', losses.MEAN_SQUARED, { ACTIVATION: activations.SIGMOID }, between(0, 1)),
  activationCase(
    'scaled',
    losses.HALF_SQUARED,
    { ACTIVATION: activations.SIGMOID, A: 2.5, B: 0.75 },
    between(0, 2.5),
  ),
  activationCase('tanh', losses.MEAN_ABSOLUTE, { ACTIVATION: activations.TANH }, between(-1, 1)),
  activationCase('relu', losses.HALF_SQUARED, { ACTIVATION: activations.RELU }, positivePart),
  activationCase('elu', losses.HUBER, { ACTIVATION: activations.ELU }, between(-1, 1)),
];

const singles: LossCase = {
  label: 'single outputs',
  constants: { LOSS: losses.MEAN_SQUARED },
  y: aroundHalf,
  target: () => aroundHalf,
};

/** Outputs and targets of which several, or all, are the largest. */
const ties: LossCase = {
  label: 'ties',
  constants: { LOSS: losses.CATEGORICAL_LOGITS },
  y: labels(3),
  target: () => labels(2),
};

/** Losses of about 1e-5, which must keep their digits. */
const nearlyCertain: LossCase = {
  label: 'nearly certain',
  constants: { LOSS: losses.CATEGORICAL_LOGITS },
  y: (uniform, i) => 12 * oneHot(4)(uniform, i) + uniform(),
  target: oneHot,
};

/** Losses whose delta is a difference that may cancel. */
const cancels = (loss: number) => loss === losses.CATEGORICAL_LOGITS || loss === losses.BINARY_LOGITS;

const ungathered = (base: ParityCase<typeof shader>): ParityCase<typeof shader> => ({
  ...base,
  constants: { ...base.constants, GATHER: false },
});

export const outputDelta = defineKernel({
  shader,
  threads: ({ M }) => M,
  reference(tensors, constants, { first, rows, slot }) {
    const { M, N, STRIDE, THRESHOLD } = constants;
    const start = slot * STRIDE * 2;
    tensors.metrics.fill(0, start, start + metricGroups(M) * 2);
    for (let r = 0; r < rows; r++) {
      const row = readRow(tensors, constants, first, r);
      const { loss, slopes } = rowLoss(row, constants);
      const at = start + Math.floor(r / GROUP) * 2;
      tensors.metrics[at] += row.weight * loss;
      tensors.metrics[at + 1] += Number(isRight(row, THRESHOLD));
      for (let j = 0; j < N; j++) tensors.delta[r * N + j] = (row.weight * slopes[j]) / rows;
    }
  },
  tolerance(_before, { delta, metrics, ...inputs }, constants, { first, rows }) {
    const { N, LOSS } = constants;
    const result = delta.map((d) => 12 * ULP * Math.abs(d) + SUBNORMAL);
    for (let r = 0; r < rows; r++) {
      const { y, smoothed, weight } = readRow({ ...inputs }, constants, first, r);
      const sum = LOSS === losses.CATEGORICAL_LOGITS ? smoothed.reduce((a, b) => a + Math.abs(b), 0) : 1 / N;
      for (let j = 0; j < N; j++) {
        const rounding = cancels(LOSS) ? (4 + 2 * Math.sqrt(N)) * ULP * (sum + Math.abs(smoothed[j]) / N) : 0;
        const share = (weight * formulasSlope(y[j], smoothed[j], constants)) / rows;
        result[r * N + j] += (weight * rounding) / rows + share * slopeError(y[j], constants);
      }
    }
    // The terms of a loss are positive but for a divergence's, whose parts s ln s and s ln y may cancel.
    const magnitude = constants.DIVERGENCE ? 4 * rows : 0;
    return {
      delta: result,
      metrics: metrics.map((sum) => 2 * sumError(Math.abs(sum) + magnitude, N + Math.min(rows, GROUP))),
    };
  },
  cases: () => [
    ...lossCases.flatMap((lossCase) => [
      ...rowShapes
        .filter(({ N }) => N > 1 || !lossCase.constants.SPARSE)
        .map((shape) => parityCase(lossCase, shape)),
      parityCase(lossCase, { M: 70, N: 4 }, 1),
    ]),
    ...lossCases
      .filter(({ y }) => y === logits)
      .map((lossCase) =>
        parityCase({ ...lossCase, label: `${lossCase.label}, saturated`, y: saturated }, { M: 9, N: 5 }),
      ),
    ...throughActivations.map((lossCase) => parityCase(lossCase, { M: 12, N: 3 })),
    parityCase(singles, { M: 60, N: 1 }),
    parityCase(ties, { M: 20, N: 4 }),
    ...[1, 9].map((M) => ungathered(parityCase(nearlyCertain, { M, N: 4 }))),
    // Losses from logits that differ little.
    ...[2, 3, 4].map((N) =>
      parityCase({ ...nearlyCertain, label: 'one by one', y: normal(0.5) }, { M: 1, N }),
    ),
  ],
});

/** |∂E/∂y| of one output, for the error that F′ adds to it. */
function formulasSlope(y: number, s: number, c: Constants): number {
  return cancels(c.LOSS) ? 0 : Math.abs(formulas[c.LOSS](y, s, c.N, c)[1]);
}
