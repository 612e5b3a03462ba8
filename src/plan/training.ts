import { values as optimizers } from '../../shaders/lib/optimizer.wgsl';
import { activationBackward } from '../kernels/activation_backward.ts';
import { gradientUpdate } from '../kernels/gradient_update.ts';
import { hiddenDelta } from '../kernels/hidden_delta.ts';
import { softmaxBackward } from '../kernels/softmax_backward.ts';
import { weightGradient } from '../kernels/weight_gradient.ts';
import { weightUpdate } from '../kernels/weight_update.ts';
import type { Loss } from '../model/losses.ts';
import { type Network, type NetworkDense, parameterShape } from '../model/network.ts';
import { momentCount, type Optimizer } from '../model/optimizers.ts';
import {
  declareData,
  type ForwardStep,
  gather,
  lossOperations,
  type PlanSize,
  planForward,
  planLoss,
  startPlan,
} from './forward.ts';
import { activationConstants, type Operation } from './lower.ts';
import type { Plan, PlanBuilder } from './plan.ts';

type DenseOperation = Extract<Operation, { type: 'dense' }>;

/**
 * One training step: forward, loss, deltas from the last layer back to the first, and each layer's update as
 * soon as its weights have been used for the layer before. `fused` draws batches inside the kernels that read
 * them and joins gradient with update; without it every formula is a call of its own.
 */
export function planTraining(
  network: Network,
  { loss, optimizer }: { loss: Loss; optimizer: Optimizer },
  size: PlanSize,
  { fused = true } = {},
): Plan {
  const builder = startPlan(fused ? 'train' : 'train, unfused', size);
  declareData(builder, network, size.samples, loss);
  const steps = planForward(builder, lossOperations(network, loss), 'x', fused);
  const target = fused ? { name: 'target', gathered: true } : gather(builder, 'target', 'target/batch');
  const last = steps.at(-1);
  let delta = planLoss(builder, last, { name: 'x', gathered: true }, target, loss);
  if (last?.operation.type === 'softmax') delta = planActivationDelta(builder, last, delta);

  const first = steps.findIndex(({ operation }) => operation.type === 'dense');
  if (first < 0) throw new Error('the model has no dense layer, so nothing to train');
  for (let i = steps.length - 1; i >= first; i--) {
    const { operation } = steps[i];
    const below = i > first ? planDeltaBelow(builder, operation, delta, steps[i - 1]) : delta;
    if (operation.type === 'dense') planUpdate(builder, operation, steps[i], delta, optimizer, fused);
    delta = below;
  }
  return builder.build();
}

/** The delta of the operation below, from the delta of the one above it. */
function planDeltaBelow(builder: PlanBuilder, above: Operation, delta: string, below: ForwardStep): string {
  if (above.type !== 'dense') return planActivationDelta(builder, below, delta);
  const elementwise = below.operation.type !== 'softmax';
  const M = builder.batch;
  const { inputs: K, units: N } = above;
  const result = builder.tensor(`${below.output}/${elementwise ? 'delta' : 'upstream'}`, [M, K], 'scratch');
  builder.call(
    hiddenDelta,
    { delta, parameters: `${above.name}/parameters`, y: below.output, result },
    { M, N, K, ...(elementwise ? activationConstants(below.operation.activation) : {}) },
  );
  return elementwise ? result : planActivationDelta(builder, below, result);
}

/** From ∂E/∂(output) to the delta of an operation: through its activation. */
function planActivationDelta(
  builder: PlanBuilder,
  { operation, output: y }: ForwardStep,
  upstream: string,
): string {
  const M = builder.batch;
  const N = operation.units;
  if (operation.type !== 'softmax' && operation.activation.name === 'linear') return upstream;
  const delta = builder.tensor(
    `${y}/${operation.type === 'softmax' ? 'logits_' : ''}delta`,
    [M, N],
    'scratch',
  );
  if (operation.type === 'softmax') {
    builder.call(softmaxBackward, { y, upstream, delta }, { M, N });
  } else {
    const activation = activationConstants(operation.activation);
    builder.call(activationBackward, { y, upstream, delta }, { M, N, ...activation });
  }
  return delta;
}

function planUpdate(
  builder: PlanBuilder,
  { name, layer, inputs: K, units: N }: DenseOperation,
  { input }: ForwardStep,
  delta: string,
  optimizer: Optimizer,
  fused: boolean,
): void {
  const M = builder.batch;
  const parameters = `${name}/parameters`;
  const count = momentCount(optimizer);
  const momentShape = count === 0 ? [1] : [count, ...parameterShape(layer)]; // a binding cannot be empty
  const moments = builder.tensor(`${name}/moments`, momentShape, 'model');
  const source = { x: input.name, permutation: 'permutation', delta };
  const update = { N, K, USE_BIAS: layer.useBias, ...optimizerConstants(optimizer, layer) };
  if (fused) {
    builder.call(
      gradientUpdate,
      { ...source, parameters, moments },
      { M, GATHER: input.gathered, ...update },
    );
    return;
  }
  const gradient = builder.tensor(`${name}/gradient`, parameterShape(layer), 'scratch');
  builder.call(weightGradient, { ...source, gradient }, { M, N, K, GATHER: input.gathered });
  builder.call(weightUpdate, { gradient, parameters, moments }, update);
}

function optimizerConstants(
  optimizer: Optimizer,
  { learningRateScale }: { learningRateScale: number } | NetworkDense,
) {
  const common = { RATE_SCALE: learningRateScale, MOMENTS: momentCount(optimizer) };
  if (optimizer.name === 'sgd') {
    return {
      ...common,
      OPTIMIZER: optimizers.SGD,
      MOMENTUM: optimizer.momentum,
      NESTEROV: optimizer.nesterov,
    };
  }
  return {
    ...common,
    OPTIMIZER: optimizers.ADAM,
    BETA_1: optimizer.beta1,
    BETA_2: optimizer.beta2,
    ONE_MINUS_BETA_1: 1 - optimizer.beta1,
    ONE_MINUS_BETA_2: 1 - optimizer.beta2,
    EPSILON: optimizer.epsilon,
  };
}
