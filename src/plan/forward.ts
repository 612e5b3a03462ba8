import { values as losses } from '../../shaders/lib/loss.wgsl';
import { activationForward } from '../kernels/activation_forward.ts';
import { denseForward } from '../kernels/dense_forward.ts';
import { dropoutConstants, dropoutRows } from '../kernels/dropout.ts';
import { gatherRows } from '../kernels/gather_rows.ts';
import { gaussianNoiseRows } from '../kernels/gaussian_noise.ts';
import { outputDelta } from '../kernels/output_delta.ts';
import { scatterRows } from '../kernels/scatter_rows.ts';
import { softmaxForward } from '../kernels/softmax_forward.ts';
import { type Loss, type LossName, targetWidth } from '../model/losses.ts';
import type { Metric } from '../model/metrics.ts';
import type { Network } from '../model/network.ts';
import {
  type Activated,
  activationConstants,
  isActivated,
  lower,
  needsInput,
  type Operation,
} from './lower.ts';
import { type MetricsLayout, metricsLayout, planMetrics } from './metrics.ts';
import { planNormalization } from './normalization.ts';
import { declareLayer, type Plan, PlanBuilder } from './plan.ts';

/** How a plan meets its data: rows in a batch, rows in the data set, steps in a submission. */
export interface PlanSize {
  readonly batch: number;
  readonly samples: number;
  readonly slots: number;
}

/** A tensor that an operation reads: rows of a batch, or of the data set through the permutation. */
export interface Source {
  readonly name: string;
  readonly gathered: boolean;
}

/** Where an operation got its rows, where it left its result, and which of the two its derivative needs. */
export interface ForwardStep {
  readonly operation: Operation;
  readonly input: Source;
  readonly output: string;
  readonly kept: string;
}

export function startPlan(name: string, { batch, slots }: PlanSize): PlanBuilder {
  const builder = new PlanBuilder(name, batch, slots);
  builder.tensor('permutation', [slots * batch], 'table', { type: 'u32' });
  return builder;
}

/** Copies a batch of `data` into a tensor of its own. */
export function gather(builder: PlanBuilder, data: string, batch: string): Source {
  const [, width] = builder.shape(data);
  builder.tensor(batch, [builder.batch, width], 'scratch');
  builder.call(gatherRows, { data, permutation: 'permutation', batch }, { M: builder.batch, WIDTH: width });
  return { name: batch, gathered: false };
}

/** The rows that a step takes from a tensor of the data set. */
export const fromDataSet = (name: string): Source => ({ name, gathered: true });

/** Operations that can read the data set themselves. */
const gathering: readonly Operation['type'][] = ['dense', 'gaussianNoise'];

/** Adds the forward pass; what cannot read the data set itself is given a gathered batch. */
export function planForward(
  builder: PlanBuilder,
  operations: readonly Operation[],
  data: Source,
): ForwardStep[] {
  const direct = !data.gathered || (operations.length > 0 && gathering.includes(operations[0].type));
  let input = direct ? data : gather(builder, data.name, `${data.name}/batch`);
  return operations.map((operation) => {
    const output = builder.tensor(`${operation.name}/output`, [builder.batch, operation.units], 'scratch');
    planOperation(builder, operation, input, output);
    const kept = needsInput(operation) ? input.name : output;
    const step = { operation, input, output, kept };
    input = { name: output, gathered: false };
    return step;
  });
}

function planOperation(builder: PlanBuilder, operation: Operation, input: Source, y: string): void {
  const M = builder.batch;
  const { inputs: K, units: N } = operation;
  const x = input.name;
  if (operation.type === 'softmax') {
    builder.call(softmaxForward, { x, y }, { M, N });
  } else if (operation.type === 'dropout') {
    planDropout(builder, operation, x, y);
  } else if (operation.type === 'gaussianNoise') {
    const constants = { M, N, GATHER: input.gathered, SEED: operation.seed, STDDEV: operation.stddev };
    builder.call(gaussianNoiseRows, { x, permutation: 'permutation', y }, constants);
  } else if (operation.type === 'normalization') {
    planNormalization(builder, operation, x, y);
  } else if (operation.type === 'activation') {
    builder.call(activationForward, { x, y }, { M, N, ...activationConstants(operation.activation) });
  } else {
    const [parameters] = declareLayer(builder, operation.layer);
    const constants = { M, N, K, GATHER: input.gathered, ...activationConstants(operation.activation) };
    builder.call(denseForward, { x, permutation: 'permutation', parameters, y }, constants);
  }
}

/** Dropout forward and backward: the same mask of the same step. */
export function planDropout(
  builder: PlanBuilder,
  { units, rate, seed }: Extract<Operation, { type: 'dropout' }>,
  x: string,
  y: string,
): void {
  builder.call(dropoutRows, { x, y }, { M: builder.batch, N: units, SEED: seed, ...dropoutConstants(rate) });
}

/** Codes of each loss, from outputs and, where it can be, from logits. */
const lossCodes: Record<LossName, { outputs: number; logits?: number }> = {
  halfSquaredError: { outputs: losses.HALF_SQUARED },
  meanSquaredError: { outputs: losses.MEAN_SQUARED },
  meanAbsoluteError: { outputs: losses.MEAN_ABSOLUTE },
  huberLoss: { outputs: losses.HUBER },
  binaryCrossentropy: { outputs: losses.BINARY, logits: losses.BINARY_LOGITS },
  categoricalCrossentropy: { outputs: losses.CATEGORICAL, logits: losses.CATEGORICAL_LOGITS },
  sparseCategoricalCrossentropy: { outputs: losses.CATEGORICAL, logits: losses.CATEGORICAL_LOGITS },
  kullbackLeiblerDivergence: { outputs: losses.CATEGORICAL, logits: losses.CATEGORICAL_LOGITS },
};

function lossConstants({ name, fromLogits, delta, labelSmoothing }: Loss) {
  const { outputs, logits } = lossCodes[name];
  return {
    LOSS: fromLogits && logits !== undefined ? logits : outputs,
    SPARSE: name === 'sparseCategoricalCrossentropy',
    DIVERGENCE: name === 'kullbackLeiblerDivergence',
    SMOOTHING: labelSmoothing ?? 0,
    HUBER_DELTA: delta ?? 1,
    THRESHOLD: fromLogits ? 0 : 0.5,
  };
}

/** The operations that a loss is computed from: without the last activation where the loss brings its own. */
export function lossOperations(network: Network, loss: Loss, mode?: { training: boolean }): Operation[] {
  const operations = lower(network, mode);
  const last = operations.at(-1);
  if (!loss.fromLogits || !last) return operations;
  const rest = operations.slice(0, -1);
  const isJoined = isActivated(last) && last.type !== 'activation';
  return isJoined ? [...rest, { ...last, activation: { name: 'linear' } }] : rest;
}

/**
 * Adds the loss, the metrics and the delta of the last operation, and returns the delta's tensor: by the
 * pre-activation where F′ follows from the output, else by the output.
 */
export function planLoss(
  builder: PlanBuilder,
  last: ForwardStep | undefined,
  x: Source,
  target: Source,
  loss: Loss,
  layout: MetricsLayout,
): string {
  const y = last?.output ?? x.name;
  const [M, N] = builder.shape(y);
  const WIDTH = targetWidth(loss, N);
  const [, columns] = builder.shape(target.name);
  const operation = last?.operation;
  const delta = builder.tensor(`${y}/delta`, [M, N], 'scratch');
  const STRIDE = layout.stride;
  const metrics = builder.tensor('metrics', [builder.slots, STRIDE, 2], 'table');
  builder.lossPairs = layout.sumOffset;
  builder.call(
    outputDelta,
    { y, target_rows: target.name, permutation: 'permutation', delta, metrics },
    {
      ...{ M, N, WIDTH, STRIDE, WEIGHTED: columns > WIDTH, GATHER: target.gathered },
      ...lossConstants(loss),
      ...(operation && fusesSlope(operation, loss) ? activationConstants(operation.activation) : {}),
    },
  );
  return delta;
}

/**
 * Whether the loss's kernel takes the delta through the operation's activation as well. From logits it does not:
 * they are that activation's output.
 */
export const fusesSlope = (operation: Operation, loss: Loss): operation is Activated =>
  isActivated(operation) && !needsInput(operation) && !loss.fromLogits;

/** `weighted`: the target has a column more, the row's weight. */
export function declareData(
  builder: PlanBuilder,
  network: Network,
  samples: number,
  loss?: Loss,
  weighted = false,
): void {
  builder.tensor('x', [samples, network.inputs], 'data');
  if (!loss) return;
  const width = targetWidth(loss, network.outputs) + Number(weighted);
  builder.tensor('target', [samples, width], 'data');
}

/** Loss and metrics of a data set, batch by batch. */
export function planEvaluation(
  network: Network,
  loss: Loss,
  metrics: readonly Metric[],
  size: PlanSize,
): Plan {
  const builder = startPlan('evaluate', size);
  declareData(builder, network, size.samples, loss);
  const x = fromDataSet('x');
  const target = fromDataSet('target');
  const steps = planForward(builder, lossOperations(network, loss), x);
  const layout = metricsLayout(size.batch, 0, metrics);
  planLoss(builder, steps.at(-1), x, target, loss, layout);
  planMetrics(builder, metrics, { loss, y: steps.at(-1)?.output ?? 'x/batch', target, layout });
  return builder.build();
}

/** The network's output for every row of a data set, left in `prediction`. */
export function planPrediction(network: Network, size: PlanSize): Plan {
  const builder = startPlan('predict', size);
  declareData(builder, network, size.samples);
  builder.tensor('prediction', [size.samples, network.outputs], 'data');
  const steps = planForward(builder, lower(network), fromDataSet('x'));
  const batch = steps.at(-1)?.output ?? 'x/batch';
  builder.call(
    scatterRows,
    { batch, permutation: 'permutation', data: 'prediction' },
    { M: size.batch, WIDTH: network.outputs },
  );
  return builder.build();
}
