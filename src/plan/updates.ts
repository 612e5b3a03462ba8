/** Gradients of the layers' parameters, and what the optimizer makes of them. */
import { values as optimizers } from '../../shaders/lib/optimizer.wgsl';
import { clipScale } from '../kernels/clip_scale.ts';
import { gradientNorm } from '../kernels/gradient_norm.ts';
import { gradientUpdate } from '../kernels/gradient_update.ts';
import { partialGroups } from '../kernels/partialSums.ts';
import { weightAverage } from '../kernels/weight_average.ts';
import { weightGradient } from '../kernels/weight_gradient.ts';
import { weightUpdate } from '../kernels/weight_update.ts';
import type { NetworkDense, NetworkNormalization } from '../model/network.ts';
import { momentCount, type Optimizer, type OptimizerName } from '../model/optimizers.ts';
import type { LayerTensor } from '../model/parameters.ts';
import type { Source } from './forward.ts';
import { type PlanBuilder, sizeOf } from './plan.ts';

export interface UpdateSettings {
  readonly optimizer: Optimizer;
  /** Largest global norm of the gradient. */
  readonly clipNorm?: number;
  /** Largest magnitude of each number of the gradient. */
  readonly clipValue?: number;
}

/** A layer whose parameters are to be updated, with what their gradient is made from. */
export interface Trainable {
  readonly layer: NetworkDense | NetworkNormalization;
  readonly tensor: LayerTensor;
  readonly input: Source;
  readonly delta: string;
}

type DenseTrainable = Trainable & { readonly layer: NetworkDense };

const isDense = (trainable: Trainable): trainable is DenseTrainable => trainable.layer.type === 'dense';

export const penalty = ({ kernelRegularizer }: NetworkDense) => ({
  L1: kernelRegularizer?.l1 ?? 0,
  L2: kernelRegularizer?.l2 ?? 0,
});

/** Tensors and constants that the gradient's kernels share. */
function gradientInputs(
  { layer, tensor, input, delta }: DenseTrainable,
  clipValue = 0,
  builder: PlanBuilder,
) {
  const { inputs: K, units: N } = layer;
  return {
    tensors: { x: input.name, permutation: 'permutation', delta, parameters: tensor.name },
    constants: {
      ...{ M: builder.batch, N, K, GATHER: input.gathered, CLIP_VALUE: clipValue },
      ...penalty(layer),
    },
  };
}

/** The update as soon as its gradient can be known; a dense layer's in one with the gradient. */
export function planDirectUpdate(
  builder: PlanBuilder,
  trainable: Trainable,
  { optimizer, clipValue }: UpdateSettings,
): void {
  if (!isDense(trainable)) {
    planUpdate(builder, trainable, optimizer, false);
    return;
  }
  const { tensors, constants } = gradientInputs(trainable, clipValue, builder);
  const moments = declareMoments(builder, trainable, optimizer);
  builder.call(
    gradientUpdate,
    { ...tensors, moments },
    { ...constants, USE_BIAS: trainable.layer.useBias, ...optimizerConstants(optimizer, trainable) },
  );
}

/** A dense layer's gradient; a normalisation's has come with its delta. */
export function planGradient(
  builder: PlanBuilder,
  trainable: Trainable,
  { clipValue }: UpdateSettings,
): void {
  if (!isDense(trainable)) return;
  const { tensors, constants } = gradientInputs(trainable, clipValue, builder);
  const { layer, tensor } = trainable;
  const gradient = builder.tensor(`${layer.name}/gradient`, tensor.shape, 'scratch');
  builder.call(weightGradient, { ...tensors, gradient }, constants);
}

/** The updates from gradients that are all known, scaled down together where their norm is to be clipped. */
export function planUpdates(
  builder: PlanBuilder,
  trainables: readonly Trainable[],
  { optimizer, clipNorm }: UpdateSettings,
): void {
  if (clipNorm !== undefined) planClipping(builder, trainables, clipNorm);
  for (const trainable of trainables) planUpdate(builder, trainable, optimizer, clipNorm !== undefined);
}

function planUpdate(builder: PlanBuilder, trainable: Trainable, optimizer: Optimizer, SCALED: boolean): void {
  const { name, start: START, end: END, shape } = trainable.tensor;
  const gradient_scale = builder.tensor('gradient_scale', [1], 'scratch');
  const moments = declareMoments(builder, trainable, optimizer);
  builder.call(
    weightUpdate,
    { gradient: `${trainable.layer.name}/gradient`, gradient_scale, parameters: name, moments },
    { SIZE: sizeOf({ shape }), START, END, SCALED, ...optimizerConstants(optimizer, trainable) },
  );
}

function planClipping(builder: PlanBuilder, trainables: readonly Trainable[], CLIP_NORM: number): void {
  const sizes = trainables.map(({ tensor: { start, end } }) => end - start);
  const COUNT = sizes.reduce((sum, size) => sum + partialGroups(size), 0);
  const squares = builder.tensor('gradient_squares', [COUNT], 'scratch');
  let OFFSET = 0;
  for (const [i, { layer, tensor }] of trainables.entries()) {
    const constants = { START: tensor.start, END: tensor.end, OFFSET };
    builder.call(gradientNorm, { gradient: `${layer.name}/gradient`, squares }, constants);
    OFFSET += partialGroups(sizes[i]);
  }
  const gradient_scale = builder.tensor('gradient_scale', [1], 'scratch');
  builder.call(clipScale, { squares, gradient_scale }, { COUNT, CLIP_NORM });
}

/** Moves the averages of the parameters towards what the step has made of them. */
export function planAverages(
  builder: PlanBuilder,
  trainables: readonly Trainable[],
  { emaMomentum = 0 }: Optimizer,
): void {
  for (const { layer, tensor } of trainables) {
    const { name: parameters, shape } = tensor;
    const average = builder.tensor(`${layer.name}/average`, shape, 'model');
    builder.call(weightAverage, { parameters, average }, { SIZE: sizeOf({ shape }), SHARE: 1 - emaMomentum });
  }
}

function declareMoments(builder: PlanBuilder, { layer, tensor }: Trainable, optimizer: Optimizer): string {
  const count = momentCount(optimizer);
  const shape = count === 0 ? [1] : [count, ...tensor.shape]; // a binding cannot be empty
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
function optimizerConstants(optimizer: Optimizer, { layer }: Trainable) {
  const { name, momentum, nesterov, centered, weightDecay, epsilon, beta1 } = optimizer;
  const beta2 = optimizer.beta2 ?? optimizer.rho;
  return {
    OPTIMIZER: optimizerCodes[name],
    RATE_SCALE: layer.type === 'dense' ? layer.learningRateScale : 1,
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
