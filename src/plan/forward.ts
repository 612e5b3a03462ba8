import { values as losses } from '../../shaders/output_delta.wgsl';
import { activationForward } from '../kernels/activation_forward.ts';
import { denseForward } from '../kernels/dense_forward.ts';
import { gatherRows } from '../kernels/gather_rows.ts';
import { metricGroups, outputDelta } from '../kernels/output_delta.ts';
import { scatterRows } from '../kernels/scatter_rows.ts';
import { softmaxForward } from '../kernels/softmax_forward.ts';
import { type Loss, targetWidth, usesLogits } from '../model/losses.ts';
import { type Network, parameterShape } from '../model/network.ts';
import { activationConstants, lower, type Operation } from './lower.ts';
import { type Plan, PlanBuilder } from './plan.ts';

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

/** Where an operation got its rows, and where it left its result. */
export interface ForwardStep {
  readonly operation: Operation;
  readonly input: Source;
  readonly output: string;
}

export function startPlan(name: string, { batch, slots }: PlanSize): PlanBuilder {
  const builder = new PlanBuilder(name, batch, slots);
  builder.tensor('permutation', [slots * batch], 'table', 'u32');
  return builder;
}

/** Copies a batch of `data` into a tensor of its own. */
export function gather(builder: PlanBuilder, data: string, batch: string): Source {
  const [, width] = builder.shape(data);
  builder.tensor(batch, [builder.batch, width], 'scratch');
  builder.call(gatherRows, { data, permutation: 'permutation', batch }, { M: builder.batch, WIDTH: width });
  return { name: batch, gathered: false };
}

/** Adds the forward pass; a first dense operation reads the data set itself, anything else a gathered batch. */
export function planForward(
  builder: PlanBuilder,
  operations: readonly Operation[],
  data: string,
  fused = true,
): ForwardStep[] {
  const direct = fused && operations[0]?.type === 'dense';
  let input: Source = direct ? { name: data, gathered: true } : gather(builder, data, `${data}/batch`);
  return operations.map((operation) => {
    const output = builder.tensor(`${operation.name}/output`, [builder.batch, operation.units], 'scratch');
    planOperation(builder, operation, input, output);
    const step = { operation, input, output };
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
  } else if (operation.type === 'activation') {
    builder.call(activationForward, { x, y }, { M, N, ...activationConstants(operation.activation) });
  } else {
    const parameters = builder.tensor(`${operation.name}/parameters`, parameterShape(operation), 'model');
    const constants = { M, N, K, GATHER: input.gathered, ...activationConstants(operation.activation) };
    builder.call(denseForward, { x, permutation: 'permutation', parameters, y }, constants);
  }
}

const lossCodes: Record<Loss, number> = {
  halfSquaredError: losses.HALF_SQUARED,
  meanSquaredError: losses.MEAN_SQUARED,
  categoricalCrossentropy: losses.SOFTMAX_CROSS_ENTROPY,
  sparseCategoricalCrossentropy: losses.SOFTMAX_CROSS_ENTROPY_SPARSE,
};

/** The operations that a loss is computed from: without the softmax where the loss brings its own. */
export function lossOperations(network: Network, loss: Loss): Operation[] {
  const operations = lower(network);
  return usesLogits(loss) ? operations.slice(0, -1) : operations;
}

/**
 * Adds the loss, the metrics and the delta of the last operation, and returns the delta's tensor: by the
 * pre-activation where that is element by element, by the output of a softmax.
 */
export function planLoss(
  builder: PlanBuilder,
  last: ForwardStep | undefined,
  x: Source,
  target: Source,
  loss: Loss,
): string {
  const y = last?.output ?? x.name;
  const [M, N] = builder.shape(y);
  const [, WIDTH] = builder.shape(target.name);
  const operation = last?.operation;
  const elementwise = operation && operation.type !== 'softmax' && !usesLogits(loss);
  const delta = builder.tensor(`${y}/delta`, [M, N], 'scratch');
  const metrics = builder.tensor('metrics', [builder.slots, metricGroups(M), 2], 'table');
  builder.call(
    outputDelta,
    { y, target_rows: target.name, permutation: 'permutation', delta, metrics },
    {
      ...{ M, N, WIDTH, LOSS: lossCodes[loss], GATHER: target.gathered },
      ...(elementwise ? activationConstants(operation.activation) : {}),
    },
  );
  return delta;
}

export function declareData(builder: PlanBuilder, network: Network, samples: number, loss?: Loss): void {
  builder.tensor('x', [samples, network.inputs], 'data');
  if (loss) builder.tensor('target', [samples, targetWidth(loss, network.outputs)], 'data');
}

/** Loss and metrics of a data set, batch by batch. */
export function planEvaluation(network: Network, loss: Loss, size: PlanSize): Plan {
  const builder = startPlan('evaluate', size);
  declareData(builder, network, size.samples, loss);
  const steps = planForward(builder, lossOperations(network, loss), 'x');
  planLoss(builder, steps.at(-1), { name: 'x', gathered: true }, { name: 'target', gathered: true }, loss);
  return builder.build();
}

/** The network's output for every row of a data set, left in `prediction`. */
export function planPrediction(network: Network, size: PlanSize): Plan {
  const builder = startPlan('predict', size);
  declareData(builder, network, size.samples);
  builder.tensor('prediction', [size.samples, network.outputs], 'data');
  const steps = planForward(builder, lower(network), 'x');
  const batch = steps.at(-1)?.output ?? 'x/batch';
  builder.call(
    scatterRows,
    { batch, permutation: 'permutation', data: 'prediction' },
    { M: size.batch, WIDTH: network.outputs },
  );
  return builder.build();
}
