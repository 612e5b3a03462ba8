import { type Activation, type ActivationOption, parseActivation } from './activations.ts';
import {
  checkBoolean,
  checkFraction,
  checkNotNegative,
  checkOptions,
  checkPositiveInteger,
  fail,
} from './check.ts';
import { type Initializer, type InitializerOption, parseInitializer } from './initializers.ts';
import { parseRegularizer, type Regularizer } from './regularizers.ts';

export interface DenseOptions {
  units: number;
  activation?: ActivationOption;
  useBias?: boolean;
  /** `[inputs]`: wanted on the first layer, optional elsewhere. */
  inputShape?: readonly number[];
  kernelInitializer?: InitializerOption;
  biasInitializer?: InitializerOption;
  /** Of the kernel alone. */
  kernelRegularizer?: Regularizer;
  /** Multiplies the optimizer's learning rate for this layer. */
  learningRateScale?: number;
  name?: string;
}

export interface ActivationOptions {
  activation: ActivationOption;
  inputShape?: readonly number[];
  name?: string;
}

export interface DropoutOptions {
  /** Share of the numbers to drop, from 0 to below 1. */
  rate: number;
  inputShape?: readonly number[];
  name?: string;
}

export interface GaussianNoiseOptions {
  stddev: number;
  inputShape?: readonly number[];
  name?: string;
}

interface CommonLayer {
  readonly inputs: number | undefined;
  readonly name: string | undefined;
}

export interface DenseLayer extends CommonLayer {
  readonly type: 'dense';
  readonly activation: Activation;
  readonly units: number;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | undefined;
  readonly learningRateScale: number;
}

export interface ActivationLayer extends CommonLayer {
  readonly type: 'activation';
  readonly activation: Activation;
}

export interface DropoutLayer extends CommonLayer {
  readonly type: 'dropout';
  readonly rate: number;
}

export interface GaussianNoiseLayer extends CommonLayer {
  readonly type: 'gaussianNoise';
  readonly stddev: number;
}

/** A layer as the user wrote it, checked, with its defaults filled in. */
export type Layer = DenseLayer | ActivationLayer | DropoutLayer | GaussianNoiseLayer;

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
    'kernelRegularizer',
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
    kernelRegularizer: parseRegularizer('kernelRegularizer', options.kernelRegularizer),
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

/**
 * Drops a share of its inputs at random in every training step and scales the others up to make good for it;
 * does nothing in inference.
 * @throws when an option is unknown or out of range
 */
export function dropout(options: DropoutOptions): DropoutLayer {
  checkOptions('dropout', options, ['rate', 'inputShape', 'name']);
  return {
    type: 'dropout',
    rate: checkFraction('rate', options.rate),
    inputs: parseInputShape(options.inputShape),
    name: parseName(options.name),
  };
}

/**
 * Adds normal noise in every training step; does nothing in inference.
 * @throws when an option is unknown or out of range
 */
export function gaussianNoise(options: GaussianNoiseOptions): GaussianNoiseLayer {
  checkOptions('gaussianNoise', options, ['stddev', 'inputShape', 'name']);
  return {
    type: 'gaussianNoise',
    stddev: checkNotNegative('stddev', options.stddev),
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

const makers: Record<Layer['type'], (options: never) => Layer> = {
  dense,
  activation,
  dropout,
  gaussianNoise,
};

/** A layer as one of the functions above returned it, or as a model's JSON has it; checked again. */
export function parseLayer(argument: string, layer: Layer): Layer {
  const { type, inputs, ...options } = layer ?? {};
  if (type === undefined || !Object.hasOwn(makers, type)) {
    fail(argument, layer, `what one of ${Object.keys(makers).join(', ')} returns`);
  }
  // A model's JSON states every layer's width; only a dense layer has it as an option.
  if (type !== 'dense') delete (options as { units?: number }).units;
  return makers[type]({ ...options, inputShape: inputs === undefined ? undefined : [inputs] } as never);
}
