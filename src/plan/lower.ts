/** From layers to the operations that have kernels. */
import { values as activations } from '../../shaders/lib/activation.wgsl';
import type { ActivationConstants } from '../kernels/formulas.ts';
import type { Activation } from '../model/activations.ts';
import type { Network, NetworkDense, NetworkLayer, NetworkNormalization } from '../model/network.ts';

/** An activation that works element by element: every one but softmax. */
export type Elementwise = Activation & { readonly name: Exclude<Activation['name'], 'softmax'> };

/** One forward operation, `inputs` wide before and `units` after. */
export type Operation = { readonly name: string; readonly inputs: number; readonly units: number } & (
  | { readonly type: 'dense'; readonly layer: NetworkDense; readonly activation: Elementwise }
  | {
      readonly type: 'normalization';
      readonly layer: NetworkNormalization;
      readonly activation: Elementwise;
      /** By the moving statistics, not by those of the batch. */
      readonly moving: boolean;
    }
  | { readonly type: 'activation'; readonly activation: Elementwise }
  | { readonly type: 'softmax' }
  | { readonly type: 'dropout'; readonly rate: number; readonly seed: number }
  | { readonly type: 'gaussianNoise'; readonly stddev: number; readonly seed: number }
);

/** An operation with an activation that works element by element. */
export type Activated = Extract<Operation, { activation: Elementwise }>;

const isElementwise = (activation: Activation): activation is Elementwise => activation.name !== 'softmax';

/** The seed of the random numbers that the network's layer `i` draws in training. */
export const operationSeed = ({ seed }: Network, i: number) => (Math.imul(seed, 0x9e3779b1) + i) >>> 0;

/** The network's operations; those that only take part in training are left out of inference. */
export function lower(network: Network, { training = false } = {}): Operation[] {
  const operations: Operation[] = [];
  for (const [i, layer] of network.layers.entries()) {
    const { name, inputs, units } = layer;
    const place = { name, inputs, units };
    const seed = operationSeed(network, i);
    switch (layer.type) {
      case 'dense':
        operations.push({ ...place, type: 'dense', layer, activation: { name: 'linear' } });
        addActivation(operations, layer, layer.activation);
        break;
      case 'layerNormalization':
      case 'batchNormalization': {
        const moving = layer.type === 'batchNormalization' && !training;
        operations.push({ ...place, type: 'normalization', layer, activation: { name: 'linear' }, moving });
        break;
      }
      case 'activation':
        addActivation(operations, layer, layer.activation);
        break;
      case 'dropout':
        if (training && layer.rate > 0)
          operations.push({ ...place, type: 'dropout', rate: layer.rate, seed });
        break;
      case 'gaussianNoise':
        if (training) operations.push({ ...place, type: 'gaussianNoise', stddev: layer.stddev, seed });
    }
  }
  return operations;
}

/**
 * An activation joins the dense operation or normalisation before it where that has none yet, unless its derivative
 * needs the pre-activation, which is kept by leaving the two apart.
 */
function addActivation(operations: Operation[], { name, units }: NetworkLayer, activation: Activation): void {
  const previous = operations.at(-1);
  const place = { inputs: units, units };
  if (!isElementwise(activation)) {
    operations.push({ ...place, type: 'softmax', name: `${name}/softmax` });
  } else if (previous && takesActivation(previous) && !keepsInput(activation)) {
    operations[operations.length - 1] = { ...previous, activation };
  } else if (activation.name !== 'linear') {
    operations.push({ ...place, type: 'activation', name: `${name}/${activation.name}`, activation });
  }
}

const takesActivation = (operation: Operation): operation is Activated =>
  isActivated(operation) && operation.type !== 'activation' && operation.activation.name === 'linear';

const codes: Record<Elementwise['name'], number> = {
  linear: activations.LINEAR,
  sigmoid: activations.SIGMOID,
  scaledSigmoid: activations.SIGMOID,
  tanh: activations.TANH,
  relu: activations.RELU,
  leakyRelu: activations.LEAKY_RELU,
  elu: activations.ELU,
  selu: activations.SELU,
  softsign: activations.SOFTSIGN,
  hardSigmoid: activations.HARD_SIGMOID,
  softplus: activations.SOFTPLUS,
  gelu: activations.GELU,
  swish: activations.SWISH,
  mish: activations.MISH,
};

/** The shader constants of an activation. */
export function activationConstants({
  name,
  a,
  b,
  slope,
  alpha,
  offset,
  approximate,
}: Elementwise): ActivationConstants {
  const ACTIVATION = approximate ? activations.GELU_TANH : codes[name];
  return { ACTIVATION, A: a ?? slope ?? alpha ?? 1, B: b ?? offset ?? 1 };
}

/** Whether F′ is computed from F's input, not from its output. */
const keepsInput = (activation: Elementwise) => codes[activation.name] >= activations.SOFTPLUS;

export const isActivated = (operation: Operation): operation is Activated => 'activation' in operation;

/** Whether an operation's derivative needs its input: where an activation's does not follow from its output. */
export const needsInput = (operation: Operation) =>
  isActivated(operation) && keepsInput(operation.activation);
