import { values as optimizers } from '../../shaders/lib/optimizer.wgsl';
import { activationBackward } from '../kernels/activation_backward.ts';
import { clipScale } from '../kernels/clip_scale.ts';
import { gradientNorm } from '../kernels/gradient_norm.ts';
import { gradientUpdate } from '../kernels/gradient_update.ts';
import { hiddenDelta } from '../kernels/hidden_delta.ts';
import { partialGroups } from '../kernels/partialSums.ts';
import { softmaxBackward } from '../kernels/softmax_backward.ts';
import { weightGradient } from '../kernels/weight_gradient.ts';
import { weightPenalty } from '../kernels/weight_penalty.ts';
import { weightUpdate } from '../kernels/weight_update.ts';
import type { Augmentation } from '../model/augmentation.ts';
import type { Loss } from '../model/losses.ts';
import type { Metric } from '../model/metrics.ts';
import { denseLayers, type Network, type NetworkDense, parameterShape } from '../model/network.ts';
import { momentCount, type Optimizer, type OptimizerName } from '../model/optimizers.ts';
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
  type Source,
  startPlan,
} from './forward.ts';
import { activationConstants, isActivated, type Operation } from './lower.ts';
import { type MetricsLayout, metricsLayout, planMetrics } from './metrics.ts';
import type { Plan, PlanBuilder } from './plan.ts';

/** What training is to do. */
export interface Objective {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Largest global norm of the gradient. */
  readonly clipNorm?: number;
  /** Largest magnitude of each number of the gradient. */
  readonly clipValue?: number;
}

export interface TrainingOptions {
  readonly fused?: boolean;
  /** The targets' last column is the row's weight. */
  readonly weighted?: boolean;
  readonly augment?: readonly Augmentation[];
  readonly metrics?: readonly Metric[];
}

/** A dense layer whose parameters are to be updated, with what its gradient is made from. */
interface Trainable {
  readonly layer: NetworkDense;
  readonly input: Source;
  readonly delta: string;
}

/**
 * One training step: augmentation, forward, loss, deltas from the last layer back to the first, and the updates. `fused` draws
 * batches inside the kernels that read them and joins each layer's gradient with its update, which is done as
 * soon as the weights have been used for the layer before. Without it, and for clipping by the global norm, which
 * must know all gradients first, every formula is a call of its own.
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
  const trainables = planBackward(builder, steps, loss, delta, (trainable) => {
    if (direct) planFusedUpdate(builder, trainable, objective);
    else planGradient(builder, trainable, objective);
  });
  if (!direct) planUpdates(builder, trainables, objective);
  return builder.build();
}

/** Takes the delta from the last operation to the first that learns; `visit` sees each that learns on the way. */
function planBackward(
  builder: PlanBuilder,
  steps: readonly ForwardStep[],
  loss: Loss,
  lossDelta: string,
  visit: (trainable: Trainable) => void,
): Trainable[] {
  const trainables: Trainable[] = [];
  const first = steps.findIndex(({ operation }) => operation.type === 'dense');
  if (first < 0) throw new Error('the model has no dense layer, so nothing to train');
  const last = steps[steps.length - 1];
  let delta = fusesSlope(last.operation, loss) ? lossDelta : planActivationDelta(builder, last, lossDelta);
  for (let i = steps.length - 1; i >= first; i--) {
    const { operation, input } = steps[i];
    const below = i > first ? planDeltaBelow(builder, operation, delta, steps[i - 1]) : delta;
    if (operation.type === 'dense') {
      trainables.push({ layer: operation.layer, input, delta });
      visit(trainables[trainables.length - 1]);
    }
    delta = below;
  }
  return trainables;
}

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

const trainedSize = ({ inputs, units, useBias }: NetworkDense) => (inputs + Number(useBias)) * units;

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

const penalty = ({ kernelRegularizer }: NetworkDense) => ({
  L1: kernelRegularizer?.l1 ?? 0,
  L2: kernelRegularizer?.l2 ?? 0,
});

/** Tensors and constants that the gradient's kernels share. */
function gradientInputs({ layer, input, delta }: Trainable, { clipValue }: Objective, builder: PlanBuilder) {
  const { inputs: K, units: N } = layer;
  return {
    tensors: { x: input.name, permutation: 'permutation', delta, parameters: `${layer.name}/parameters` },
    constants: {
      M: builder.batch,
      N,
      K,
      GATHER: input.gathered,
      CLIP_VALUE: clipValue ?? 0,
      ...penalty(layer),
    },
  };
}

function planFusedUpdate(builder: PlanBuilder, trainable: Trainable, objective: Objective): void {
  const { tensors, constants } = gradientInputs(trainable, objective, builder);
  const { layer } = trainable;
  const moments = declareMoments(builder, layer, objective.optimizer);
  const update = optimizerConstants(objective.optimizer, layer);
  builder.call(gradientUpdate, { ...tensors, moments }, { ...constants, ...update });
}

function planGradient(builder: PlanBuilder, trainable: Trainable, objective: Objective): void {
  const { tensors, constants } = gradientInputs(trainable, objective, builder);
  const { layer } = trainable;
  const gradient = builder.tensor(`${layer.name}/gradient`, parameterShape(layer), 'scratch');
  builder.call(weightGradient, { ...tensors, gradient }, constants);
}

/** The updates from gradients that are all known, scaled down together where their norm is to be clipped. */
function planUpdates(
  builder: PlanBuilder,
  trainables: readonly Trainable[],
  { optimizer, clipNorm }: Objective,
): void {
  const gradient_scale = builder.tensor('gradient_scale', [1], 'scratch');
  if (clipNorm !== undefined) planClipping(builder, trainables, clipNorm, gradient_scale);
  for (const { layer } of trainables) {
    const { name, inputs: K, units: N } = layer;
    const moments = declareMoments(builder, layer, optimizer);
    builder.call(
      weightUpdate,
      { gradient: `${name}/gradient`, gradient_scale, parameters: `${name}/parameters`, moments },
      { N, K, SCALED: clipNorm !== undefined, ...optimizerConstants(optimizer, layer) },
    );
  }
}

function planClipping(
  builder: PlanBuilder,
  trainables: readonly Trainable[],
  CLIP_NORM: number,
  scale: string,
): void {
  const COUNT = trainables.reduce((sum, { layer }) => sum + partialGroups(trainedSize(layer)), 0);
  const squares = builder.tensor('gradient_squares', [COUNT], 'scratch');
  let OFFSET = 0;
  for (const { layer } of trainables) {
    const SIZE = trainedSize(layer);
    builder.call(gradientNorm, { gradient: `${layer.name}/gradient`, squares }, { SIZE, OFFSET });
    OFFSET += partialGroups(SIZE);
  }
  builder.call(clipScale, { squares, gradient_scale: scale }, { COUNT, CLIP_NORM });
}

function declareMoments(builder: PlanBuilder, layer: NetworkDense, optimizer: Optimizer): string {
  const count = momentCount(optimizer);
  const shape = count === 0 ? [1] : [count, ...parameterShape(layer)]; // a binding cannot be empty
  return builder.tensor(`${layer.name}/moments`, shape, 'model', {
    initial: optimizer.initialAccumulatorValue,
  });
}

const optimizerCodes: Record<OptimizerName, number> = {
  sgd: optimizers.SGD,
  adam: optimizers.ADAM,
  adamw: optimizers.ADAM,
  nadam: optimizers.NADAM,
  adamax: optimizers.ADAMAX,
  rmsprop: optimizers.RMSPROP,
  adagrad: optimizers.ADAGRAD,
  adadelta: optimizers.ADADELTA,
  lion: optimizers.LION,
};

/** The constants that the optimizer has; the shader's defaults stand for the others. */
function optimizerConstants(optimizer: Optimizer, { learningRateScale, useBias }: NetworkDense) {
  const { name, momentum, nesterov, centered, weightDecay, epsilon, beta1 } = optimizer;
  const beta2 = optimizer.beta2 ?? optimizer.rho;
  return {
    OPTIMIZER: optimizerCodes[name],
    RATE_SCALE: learningRateScale,
    USE_BIAS: useBias,
    MOMENTS: momentCount(optimizer),
    ...(momentum !== undefined && { MOMENTUM: momentum }),
    ...(nesterov !== undefined && { NESTEROV: nesterov }),
    ...(centered !== undefined && { CENTERED: centered }),
    ...(beta1 !== undefined && { BETA_1: beta1, ONE_MINUS_BETA_1: 1 - beta1 }),
    ...(beta2 !== undefined && { BETA_2: beta2, ONE_MINUS_BETA_2: 1 - beta2 }),
    ...(epsilon !== undefined && { EPSILON: epsilon }),
    ...(weightDecay !== undefined && { WEIGHT_DECAY: weightDecay }),
  };
}
