/** From layers to the operations that have kernels. */
import { values as activations } from '../../shaders/lib/activation.wgsl';
import type { ActivationConstants } from '../kernels/formulas.ts';
import type { Activation } from '../model/activations.ts';
import type { Network, NetworkDense } from '../model/network.ts';

/** An activation that works element by element: every one but softmax. */
export type Elementwise = Exclude<Activation, { name: 'softmax' }>;

/** One forward operation, `inputs` wide before and `units` after. */
export type Operation = { readonly name: string; readonly inputs: number; readonly units: number } & (
  | { readonly type: 'dense'; readonly layer: NetworkDense; readonly activation: Elementwise }
  | { readonly type: 'activation'; readonly activation: Elementwise }
  | { readonly type: 'softmax' }
);

const linear: Elementwise = { name: 'linear' };

/** The network's operations. An activation joins the dense operation before it, where that has none yet. */
export function lower(network: Network): Operation[] {
  const operations: Operation[] = [];
  for (const layer of network.layers) {
    const { name, inputs, units, activation } = layer;
    if (layer.type === 'dense')
      operations.push({ type: 'dense', name, inputs, units, layer, activation: linear });
    const previous = operations.at(-1);
    if (activation.name === 'softmax') {
      operations.push({ type: 'softmax', name: `${name}/softmax`, inputs: units, units });
    } else if (previous?.type === 'dense' && previous.activation.name === 'linear') {
      operations[operations.length - 1] = { ...previous, activation };
    } else if (activation.name !== 'linear') {
      operations.push({ type: 'activation', name, inputs, units, activation });
    }
  }
  return operations;
}

/** The shader constants of an activation. */
export function activationConstants(activation: Elementwise): ActivationConstants {
  switch (activation.name) {
    case 'sigmoid':
      return { ACTIVATION: activations.SIGMOID, A: 1, B: 1 };
    case 'scaledSigmoid':
      return { ACTIVATION: activations.SIGMOID, A: activation.a, B: activation.b };
    case 'tanh':
      return { ACTIVATION: activations.TANH, A: 1, B: 1 };
    case 'relu':
      return { ACTIVATION: activations.RELU, A: 1, B: 1 };
    case 'linear':
      return { ACTIVATION: activations.LINEAR, A: 1, B: 1 };
  }
}
