import { checkFraction, checkOneOf, checkOptions, checkPositive, fail } from './check.ts';
import type { Network } from './network.ts';

/** The parameters that a loss may be given, with their defaults. */
const parameters = {
  meanSquaredError: {},
  halfSquaredError: {},
  meanAbsoluteError: {},
  /** Quadratic up to an error of `delta`, linear beyond. */
  huberLoss: { delta: 1 },
  /** `labelSmoothing` ε takes a target s to s (1 − ε) + ε / classes, of which each output of the binary loss has two. */
  binaryCrossentropy: { labelSmoothing: 0 },
  categoricalCrossentropy: { labelSmoothing: 0 },
  sparseCategoricalCrossentropy: { labelSmoothing: 0 },
  kullbackLeiblerDivergence: {},
} as const;

export type LossName = keyof typeof parameters;

interface LossParameters {
  readonly delta?: number;
  readonly labelSmoothing?: number;
}

/** A loss as given: a name, or an object where its parameters are to differ from the defaults. */
export type LossOption = LossName | ({ readonly name: LossName } & LossParameters);

/** A loss as kept. */
export type Loss = { readonly name: LossName } & LossParameters & {
    /** Computed from the last activation's input, in one with the sigmoid or softmax. */
    readonly fromLogits: boolean;
  };

const names = Object.keys(parameters) as LossName[];

/** The last activation with which a loss is computed from logits. */
const logitActivation: Partial<Record<LossName, 'sigmoid' | 'softmax'>> = {
  binaryCrossentropy: 'sigmoid',
  categoricalCrossentropy: 'softmax',
  sparseCategoricalCrossentropy: 'softmax',
  kullbackLeiblerDivergence: 'softmax',
};

/** Checks a loss, and whether the network's last activation lets it be computed from logits. */
export function parseLoss(option: unknown, network: Network): Loss {
  const isObject = typeof option === 'object' && option !== null;
  const { name: given, ...values } = (isObject ? option : { name: option }) as {
    name: LossName;
  } & LossParameters;
  const name = checkOneOf('loss', given, names);
  checkOptions(`loss ${name}`, values, Object.keys(parameters[name]));
  if (values.delta !== undefined) checkPositive('loss.delta', values.delta);
  if (values.labelSmoothing !== undefined) checkFraction('loss.labelSmoothing', values.labelSmoothing);
  if (name === 'sparseCategoricalCrossentropy' && network.outputs < 2) {
    fail('loss', name, 'at least 2 outputs with it, one for each label');
  }
  const last = network.layers[network.layers.length - 1];
  const activation = 'activation' in last ? last.activation.name : undefined;
  return {
    name,
    ...parameters[name],
    ...values,
    fromLogits: activation !== undefined && logitActivation[name] === activation,
  };
}

export const isSparse = ({ name }: Loss) => name === 'sparseCategoricalCrossentropy';

/** Numbers in a row of targets: one label, or a number for each output. */
export const targetWidth = (loss: Loss, outputs: number) => (isSparse(loss) ? 1 : outputs);
