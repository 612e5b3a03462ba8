import { type Activation, type ActivationOption, parseActivation } from './activations.ts';
import { checkBoolean, checkNotNegative, checkOptions, checkPositiveInteger, fail } from './check.ts';
import { type Initializer, parseInitializer } from './initializers.ts';

export interface DenseOptions {
  units: number;
  activation?: ActivationOption;
  useBias?: boolean;
  /** `[inputs]`: wanted on the first layer, optional elsewhere. */
  inputShape?: readonly number[];
  kernelInitializer?: Initializer;
  biasInitializer?: Initializer;
  /** Multiplies the optimizer's learning rate for this layer. */
  learningRateScale?: number;
  name?: string;
}

export interface ActivationOptions {
  activation: ActivationOption;
  inputShape?: readonly number[];
  name?: string;
}

interface CommonLayer {
  readonly activation: Activation;
  readonly inputs: number | undefined;
  readonly name: string | undefined;
}

export interface DenseLayer extends CommonLayer {
  readonly type: 'dense';
  readonly units: number;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly learningRateScale: number;
}

export interface ActivationLayer extends CommonLayer {
  readonly type: 'activation';
}

/** A layer as the user wrote it, checked, with its defaults filled in. */
export type Layer = DenseLayer | ActivationLayer;

/**
 * A dense layer, Y = F(X·W + b): W is `[inputs, units]`, row-major.
 * @throws when an option is unknown or out of range
 */
export function dense(options: DenseOptions): DenseLayer {
  checkOptions('dense', options, [
    'units',
    'activation',
    'useBias',
    'inputShape',
    'kernelInitializer',
    'biasInitializer',
    'learningRateScale',
    'name',
  ]);
  return {
    type: 'dense',
    units: checkPositiveInteger('units', options.units),
    activation: parseActivation('activation', options.activation ?? 'linear'),
    useBias: checkBoolean('useBias', options.useBias ?? true),
    inputs: parseInputShape(options.inputShape),
    kernelInitializer: parseInitializer('kernelInitializer', options.kernelInitializer ?? 'glorotUniform'),
    biasInitializer: parseInitializer('biasInitializer', options.biasInitializer ?? 'zeros'),
    learningRateScale: checkNotNegative('learningRateScale', options.learningRateScale ?? 1),
    name: parseName(options.name),
  };
}

/**
 * An activation as a layer of its own: Y = F(X).
 * @throws when an option is unknown or out of range
 */
export function activation(options: ActivationOptions): ActivationLayer {
  checkOptions('activation', options, ['activation', 'inputShape', 'name']);
  return {
    type: 'activation',
    activation: parseActivation('activation', options.activation),
    inputs: parseInputShape(options.inputShape),
    name: parseName(options.name),
  };
}

function parseInputShape(shape: unknown): number | undefined {
  if (shape === undefined) return undefined;
  if (!Array.isArray(shape) || shape.length !== 1)
    fail('inputShape', shape, 'an array of one number: [inputs]');
  return checkPositiveInteger('inputShape[0]', shape[0]);
}

function parseName(name: unknown): string | undefined {
  if (name !== undefined && (typeof name !== 'string' || !/^[\w.-]+$/.test(name))) {
    fail('name', name, 'letters, digits, and any of _ . -');
  }
  return name as string | undefined;
}

/** A layer as `dense` or `activation` returned it, or as a model's JSON has it; checked again. */
export function parseLayer(argument: string, layer: Layer): Layer {
  const { type, inputs, ...options } = layer ?? {};
  const inputShape = inputs === undefined ? undefined : [inputs];
  if (type === 'dense') return dense({ ...(options as DenseLayer), inputShape });
  if (type === 'activation') {
    const { activation: given, name } = options as ActivationLayer;
    return activation({ activation: given, name, inputShape });
  }
  return fail(argument, layer, 'what dense(…) or activation(…) returns');
}
