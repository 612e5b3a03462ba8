import { values as activations } from '../../shaders/lib/activation.wgsl';
import shader, { values as losses } from '../../shaders/output_delta.wgsl';
import { between, labels, normal, oneHot, permutation, positivePart, saturated } from './fills.ts';
import { activationSlope, logSumExp } from './formulas.ts';
import { defineKernel, type Fill, type HostTensors, type ParityCase } from './kernel.ts';
import { rowShapes, samplesFor } from './shapes.ts';
import { SUBNORMAL, sumError, ULP } from './tolerance.ts';

/** Rows whose loss and metrics one workgroup adds up. */
const GROUP = shader.workgroupSize[0];

export const metricGroups = (rows: number) => Math.ceil(rows / GROUP);

type Row = { y: Float64Array; target: Float64Array };

function isRight({ y, target }: Row): boolean {
  if (y.length === 1) return y[0] > 0.5 === target[0] > 0.5;
  const largest = (values: Float64Array) => values.indexOf(values.reduce((a, b) => Math.max(a, b)));
  return largest(y) === largest(target);
}

const lossOf: Record<number, (row: Row) => number> = {
  [losses.HALF_SQUARED]: ({ y, target }) => y.reduce((sum, v, j) => sum + (target[j] - v) ** 2, 0) / 2,
  [losses.MEAN_SQUARED]: ({ y, target }) => y.reduce((sum, v, j) => sum + (target[j] - v) ** 2, 0) / y.length,
  [losses.SOFTMAX_CROSS_ENTROPY]: crossEntropy,
  [losses.SOFTMAX_CROSS_ENTROPY_SPARSE]: crossEntropy,
};

function crossEntropy({ y, target }: Row): number {
  const total = logSumExp(y, 0, y.length);
  return target.reduce((sum, wanted, j) => sum + (wanted === 0 ? 0 : wanted * (total - y[j])), 0);
}

const isCrossEntropy = (loss: number) => loss >= losses.SOFTMAX_CROSS_ENTROPY;

/** ∂(a row's loss)/∂(pre-activation of output j). */
function slope(
  { y, target }: Row,
  j: number,
  c: Parameters<typeof activationSlope>[1] & { LOSS: number },
): number {
  if (isCrossEntropy(c.LOSS)) {
    const weight = target.reduce((a, b) => a + b);
    return weight * Math.exp(y[j] - logSumExp(y, 0, y.length)) - target[j];
  }
  const scale = c.LOSS === losses.MEAN_SQUARED ? 2 / y.length : 1;
  return scale * (y[j] - target[j]) * activationSlope(y[j], c);
}

function readRow(
  { y, target_rows, permutation }: HostTensors<'y' | 'target_rows' | 'permutation'>,
  { N, WIDTH, LOSS, GATHER }: { N: number; WIDTH: number; LOSS: number; GATHER: boolean },
  first: number,
  row: number,
): Row {
  const source = (GATHER ? permutation[first + row] : row) * WIDTH;
  const given = target_rows.subarray(source, source + WIDTH);
  const sparse = LOSS === losses.SOFTMAX_CROSS_ENTROPY_SPARSE;
  const target = sparse ? Float64Array.from({ length: N }, (_, j) => Number(j === given[0])) : given;
  return { y: y.subarray(row * N, (row + 1) * N), target };
}

function lossCase(
  label: string,
  { M, N }: { M: number; N: number },
  LOSS: number,
  y: Fill = normal(2),
  rows = M,
): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  const sparse = LOSS === losses.SOFTMAX_CROSS_ENTROPY_SPARSE;
  const target = sparse ? labels(N) : isCrossEntropy(LOSS) ? oneHot(N) : normal();
  return {
    label: `${label}, ${rows < M ? `${rows} of ` : ''}${M} rows × ${N}`,
    constants: { M, N, WIDTH: sparse ? 1 : N, LOSS, GATHER: true },
    step: { first: 2, rows, slot: 1 },
    tensors: {
      y: { size: M * N, fill: y },
      target_rows: { size: samples * (sparse ? 1 : N), fill: target },
      permutation: { size: samples, fill: permutation(samples) },
      delta: { size: M * N, fill: normal() },
      metrics: { size: 3 * metricGroups(M) * 2, fill: between(0, 1) },
    },
  };
}

const kinds = [
  ['half squared error', losses.HALF_SQUARED],
  ['mean squared error', losses.MEAN_SQUARED],
  ['cross-entropy', losses.SOFTMAX_CROSS_ENTROPY],
  ['sparse cross-entropy', losses.SOFTMAX_CROSS_ENTROPY_SPARSE],
] as const;

/** On both sides of ½, close to it, and on it. */
const aroundHalf: Fill = (uniform) => [0, 0.45, 0.5, 0.55, 1][Math.floor(uniform() * 5)];

export const outputDelta = defineKernel({
  shader,
  threads: ({ M }) => M,
  reference(tensors, constants, { first, rows, slot }) {
    const { M, N, LOSS } = constants;
    const sums = tensors.metrics
      .subarray(slot * metricGroups(M) * 2, (slot + 1) * metricGroups(M) * 2)
      .fill(0);
    for (let r = 0; r < rows; r++) {
      const row = readRow(tensors, constants, first, r);
      const group = Math.floor(r / GROUP);
      sums[group * 2] += lossOf[LOSS](row);
      sums[group * 2 + 1] += Number(isRight(row));
      for (let j = 0; j < N; j++) tensors.delta[r * N + j] = slope(row, j, constants) / rows;
    }
  },
  tolerance(_before, { delta, metrics, ...inputs }, constants, { first, rows }) {
    const { N, LOSS } = constants;
    // A squared error's delta is a product: its error is relative. Softmax minus target may cancel.
    const cancelling = isCrossEntropy(LOSS) ? (4 + 2 * Math.sqrt(N)) * ULP : 0;
    const result = delta.map((d) => 8 * ULP * Math.abs(d) + SUBNORMAL);
    for (let r = 0; r < rows; r++) {
      const { target } = readRow({ ...inputs }, constants, first, r);
      const weight = target.reduce((a, b) => a + Math.abs(b), 0);
      for (let j = 0; j < N; j++) result[r * N + j] += (cancelling * weight) / rows;
    }
    // Every term of a loss is positive; of the counts, which are exact, the bound is far below ½.
    return {
      delta: result,
      metrics: metrics.map((sum) => 2 * sumError(Math.abs(sum), N + Math.min(rows, GROUP))),
    };
  },
  cases: [
    ...kinds.flatMap(([label, loss]) => [
      ...rowShapes.map((shape) => lossCase(label, shape, loss)),
      lossCase(label, { M: 70, N: 4 }, loss, normal(2), 1),
      lossCase(`${label}, saturated`, { M: 9, N: 5 }, loss, saturated),
    ]),
    withActivation('sigmoid', losses.MEAN_SQUARED, { ACTIVATION: activations.SIGMOID }, between(0, 1)),
    withActivation(
      'scaled sigmoid',
      losses.HALF_SQUARED,
      { ACTIVATION: activations.SIGMOID, A: 2.5, B: 0.75 },
      between(0, 2.5),
    ),
    withActivation('tanh', losses.HALF_SQUARED, { ACTIVATION: activations.TANH }, between(-1, 1)),
    withActivation('relu', losses.HALF_SQUARED, { ACTIVATION: activations.RELU }, positivePart),
    refill(lossCase('single outputs', { M: 60, N: 1 }, losses.MEAN_SQUARED), aroundHalf, aroundHalf),
    // Targets of which several, or all, are the largest.
    refill(lossCase('ties', { M: 20, N: 4 }, losses.SOFTMAX_CROSS_ENTROPY), labels(3), labels(2)),
    // Losses of about 1e-5, which must keep their digits.
    ...[1, 9].map((M) =>
      refill(
        lossCase('nearly certain', { M, N: 4 }, losses.SOFTMAX_CROSS_ENTROPY),
        (uniform, i) => 12 * oneHot(4)(uniform, i) + uniform(),
        oneHot(4),
        false,
      ),
    ),
    // Losses from logits that differ little.
    ...[1, 2, 3].map((M) =>
      lossCase('one by one', { M: 1, N: M + 1 }, losses.SOFTMAX_CROSS_ENTROPY, normal(0.5)),
    ),
  ],
});

/** The case with other outputs and targets. */
function refill(
  base: ParityCase<typeof shader>,
  y: Fill,
  target: Fill,
  GATHER = true,
): ParityCase<typeof shader> {
  const { tensors, constants } = base;
  return {
    ...base,
    constants: { ...constants, GATHER },
    tensors: {
      ...tensors,
      y: { ...tensors.y, fill: y },
      target_rows: { ...tensors.target_rows, fill: target },
    },
  };
}

function withActivation(
  label: string,
  loss: number,
  constants: { ACTIVATION: number; A?: number; B?: number },
  y: Fill,
): ParityCase<typeof shader> {
  const base = lossCase(`squared error of ${label}`, { M: 12, N: 3 }, loss, y);
  return { ...base, constants: { ...base.constants, ...constants } };
}
