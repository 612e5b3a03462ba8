import { activationBackward } from '../kernels/activation_backward.ts';
import { hiddenDelta } from '../kernels/hidden_delta.ts';
import { partialGroups } from '../kernels/partialSums.ts';
import { softmaxBackward } from '../kernels/softmax_backward.ts';
import { weightPenalty } from '../kernels/weight_penalty.ts';
import type { Augmentation } from '../model/augmentation.ts';
import type { Loss } from '../model/losses.ts';
import type { Metric } from '../model/metrics.ts';
import { denseLayers, type Network, type NetworkDense } from '../model/network.ts';
import { trainedTensor } from '../model/parameters.ts';
import { planAugmentations } from './augmentation.ts';
import {
  declareData,
  type ForwardStep,
  fromDataSet,
  fusesSlope,
  gather,
  lossOperations,
  type PlanSize,
  planDropout,
  planForward,
  planLoss,
  startPlan,
} from './forward.ts';
import { activationConstants, isActivated, type Operation } from './lower.ts';
import { type MetricsLayout, metricsLayout, planMetrics } from './metrics.ts';
import { planNormalizationBackward } from './normalization.ts';
import type { Plan, PlanBuilder } from './plan.ts';
import {
  penalty,
  planAverages,
  planDirectUpdate,
  planGradient,
  planUpdates,
  type Trainable,
  type UpdateSettings,
} from './updates.ts';

/** What training is to do. */
export interface Objective extends UpdateSettings {
  readonly loss: Loss;
}

export interface TrainingOptions {
  readonly fused?: boolean;
  /** The targets' last column is the row's weight. */
  readonly weighted?: boolean;
  readonly augment?: readonly Augmentation[];
  readonly metrics?: readonly Metric[];
}

/**
 * One training step: augmentation, forward, loss, deltas from the last layer back to the first, and the updates.
 * `fused` draws batches inside the kernels that read them and joins each layer's gradient with its update, which is
 * done as soon as the weights have been used for the layer before. Without it, and for clipping by the global norm,
 * which must know all gradients first, every formula is a call of its own.
 */
export function planTraining(
  network: Network,
  objective: Objective,
  size: PlanSize,
  { fused = true, weighted = false, augment = [], metrics = [] }: TrainingOptions = {},
): Plan {
  const builder = startPlan(fused ? 'train' : 'train, unfused', size);
  declareData(builder, network, size.samples, objective.loss, weighted);
  const take = (data: string) => (fused ? fromDataSet(data) : gather(builder, data, `${data}/batch`));
  const taken = { x: take('x'), target: take('target'), loss: objective.loss };
  const { x, target, loss } = planAugmentations(builder, network, augment, taken);
  const steps = planForward(builder, lossOperations(network, loss, { training: true }), x);
  const penalties = penalisedLayers(network);
  const penaltyPairs = penalties.reduce((sum, layer) => sum + partialGroups(kernelSize(layer)), 0);
  const layout = metricsLayout(size.batch, penaltyPairs, metrics);
  const last = steps.at(-1);
  const delta = planLoss(builder, last, x, target, loss, layout);
  planPenalties(builder, penalties, layout);
  planMetrics(builder, metrics, { loss, y: last?.output ?? 'x/batch', target, layout });

  const direct = fused && objective.clipNorm === undefined;
  const trainables = planBackward(builder, steps, objective, delta, (trainable) => {
    if (direct) planDirectUpdate(builder, trainable, objective);
    else planGradient(builder, trainable, objective);
  });
  if (!direct) planUpdates(builder, trainables, objective);
  if (objective.optimizer.useEma) planAverages(builder, trainables, objective.optimizer);
  return builder.build();
}

/**
 * Takes the delta from the last operation to the first that learns; `visit` sees each that learns on the way. A
 * normalisation's gradient comes with the delta that it passes on.
 */
export function planBackward(
  builder: PlanBuilder,
  steps: readonly ForwardStep[],
  { loss, clipValue }: Objective,
  lossDelta: string,
  visit: (trainable: Trainable) => void,
): Trainable[] {
  const trainables: Trainable[] = [];
  const first = steps.findIndex(({ operation }) => trainedBy(operation));
  if (first < 0) throw new Error('the model has no layer with parameters, so nothing to train');
  const last = steps[steps.length - 1];
  let delta = fusesSlope(last.operation, loss) ? lossDelta : planActivationDelta(builder, last, lossDelta);
  for (let i = steps.length - 1; i >= first; i--) {
    const { operation, input } = steps[i];
    const passed =
      operation.type === 'normalization'
        ? planNormalizationBackward(builder, operation, input.name, delta, clipValue)
        : delta;
    const below = i > first ? planDeltaBelow(builder, operation, passed, steps[i - 1]) : passed;
    const tensor = trainedBy(operation);
    if (tensor && 'layer' in operation) {
      trainables.push({ layer: operation.layer, tensor, input, delta });
      visit(trainables[trainables.length - 1]);
    }
    delta = below;
  }
  return trainables;
}

/** The tensor of the operation's layer that the optimizer changes. */
const trainedBy = (operation: Operation) =>
  'layer' in operation ? trainedTensor(operation.layer) : undefined;

/** The delta of the operation below, from the delta of the one above it. */
function planDeltaBelow(builder: PlanBuilder, above: Operation, delta: string, below: ForwardStep): string {
  if (above.type !== 'dense') return planActivationDelta(builder, below, delta);
  const activated = isActivated(below.operation) ? below.operation : undefined;
  const M = builder.batch;
  const { inputs: K, units: N } = above;
  const result = builder.tensor(`${below.output}/${activated ? 'delta' : 'upstream'}`, [M, K], 'scratch');
  builder.call(
    hiddenDelta,
    { delta, parameters: `${above.name}/parameters`, kept: below.kept, result },
    { M, N, K, ...(activated ? activationConstants(activated.activation) : {}) },
  );
  return activated ? result : planActivationDelta(builder, below, result);
}

/** From ∂E/∂(output) to the delta of an operation: through its activation, mask or Jacobian. */
function planActivationDelta(
  builder: PlanBuilder,
  { operation, output: y, kept }: ForwardStep,
  upstream: string,
): string {
  const M = builder.batch;
  const N = operation.units;
  const isIdentity = isActivated(operation)
    ? operation.activation.name === 'linear'
    : operation.type === 'gaussianNoise';
  if (isIdentity) return upstream;
  const delta = builder.tensor(`${y}/input_delta`, [M, N], 'scratch');
  if (operation.type === 'softmax') {
    builder.call(softmaxBackward, { y, upstream, delta }, { M, N });
  } else if (operation.type === 'dropout') {
    planDropout(builder, operation, upstream, delta);
  } else if (isActivated(operation)) {
    const activation = activationConstants(operation.activation);
    builder.call(activationBackward, { kept, upstream, delta }, { M, N, ...activation });
  }
  return delta;
}

const kernelSize = ({ inputs, units }: NetworkDense) => inputs * units;

const penalisedLayers = (network: Network) =>
  denseLayers(network).filter(({ kernelRegularizer: r }) => r !== undefined && r.l1 + r.l2 > 0);

/** Adds each regularised layer's penalty to the step's row of the metrics table, after the loss. */
function planPenalties(builder: PlanBuilder, layers: readonly NetworkDense[], layout: MetricsLayout): void {
  let OFFSET = layout.penaltyOffset;
  const STRIDE = layout.stride;
  for (const layer of layers) {
    const SIZE = kernelSize(layer);
    const parameters = `${layer.name}/parameters`;
    builder.call(
      weightPenalty,
      { parameters, metrics: 'metrics' },
      { SIZE, STRIDE, OFFSET, ...penalty(layer) },
    );
    OFFSET += partialGroups(SIZE);
  }
}
