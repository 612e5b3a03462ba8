import { checkOneOf, fail } from './check.ts';
import type { Network } from './network.ts';

const names = [
  'meanSquaredError',
  'halfSquaredError',
  'categoricalCrossentropy',
  'sparseCategoricalCrossentropy',
] as const;

export type Loss = (typeof names)[number];

/** Checks a loss's name, and that it fits the network's last activation. */
export function parseLoss(value: unknown, network: Network): Loss {
  const loss = checkOneOf('loss', value, names);
  const last = network.layers[network.layers.length - 1].activation.name;
  if (usesLogits(loss) && last !== 'softmax') {
    fail('loss', loss, `a last activation of softmax with it, where the model has ${last}`);
  }
  return loss;
}

/** Computed from the logits, in one with the softmax that makes probabilities of them. */
export const usesLogits = (loss: Loss) =>
  loss === 'categoricalCrossentropy' || loss === 'sparseCategoricalCrossentropy';

/** Numbers in a row of targets: one label, or a number for each output. */
export const targetWidth = (loss: Loss, outputs: number) =>
  loss === 'sparseCategoricalCrossentropy' ? 1 : outputs;
