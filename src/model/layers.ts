import { type Activation, type ActivationOption, parseActivation } from './activations.ts';
import {
  checkBoolean,
  checkFraction,
  checkNotNegative,
  checkOptions,
  checkPositive,
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

export interface LayerNormalizationOptions {
  /** Added to the variance. */
  epsilon?: number;
  /** Add an offset that is trained, beta. */
  center?: boolean;
  /** Multiply by a factor that is trained, gamma. */
  scale?: boolean;
  betaInitializer?: InitializerOption;
  gammaInitializer?: InitializerOption;
  inputShape?: readonly number[];
  name?: string;
}

export interface BatchNormalizationOptions extends LayerNormalizationOptions {
  /** How much of the moving statistics each training step leaves, from 0 to below 1. */
  momentum?: number;
  movingMeanInitializer?: InitializerOption;
  movingVarianceInitializer?: InitializerOption;
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

interface NormalizationLayer extends CommonLayer {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly betaInitializer: Initializer;
  readonly gammaInitializer: Initializer;
}

export interface LayerNormalizationLayer extends NormalizationLayer {
  readonly type: 'layerNormalization';
}

export interface BatchNormalizationLayer extends NormalizationLayer {
  readonly type: 'batchNormalization';
  readonly momentum: number;
  readonly movingMeanInitializer: Initializer;
  readonly movingVarianceInitializer: Initializer;
}

/** A layer as the user wrote it, checked, with its defaults filled in. */
export type Layer =
  | DenseLayer
  | ActivationLayer
  | DropoutLayer
  | GaussianNoiseLayer
  | LayerNormalizationLayer
  | BatchNormalizationLayer;

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
    kernelInitializer: parseInitializer('kernelInitializer', options.kernelInitializer ?? 'glorotUniform'),
    biasInitializer: parseInitializer('biasInitializer', options.biasInitializer ?? 'zeros'),
    kernelRegularizer: parseRegularizer('kernelRegularizer', options.kernelRegularizer),
    learningRateScale: checkNotNegative('learningRateScale', options.learningRateScale ?? 1),
    ...parsePlace(options),
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
    ...parsePlace(options),
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
    ...parsePlace(options),
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
    ...parsePlace(options),
  };
}

const NORMALIZATION_OPTIONS = [
  ...['epsilon', 'center', 'scale', 'betaInitializer', 'gammaInitializer'],
  ...['inputShape', 'name'],
];

/**
 * Layer normalisation (Ba et al., 2016), Y = γ (X − μ) / √(σ² + ε) + β: mean and variance of each row, γ and β of
 * each feature.
 * @throws when an option is unknown or out of range
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): LayerNormalizationLayer {
  checkOptions('layerNormalization', options, NORMALIZATION_OPTIONS);
  return { type: 'layerNormalization', ...parseNormalization(options) };
}

/**
 * Batch normalisation (Ioffe & Szegedy, 2015), the same formula with mean and variance of each feature: in training
 * those of the batch's rows, in inference the moving ones, moving · momentum + batch · (1 − momentum) after every step.
 * @throws when an option is unknown or out of range
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): BatchNormalizationLayer {
  const own = ['momentum', 'movingMeanInitializer', 'movingVarianceInitializer'];
  checkOptions('batchNormalization', options, [...own, ...NORMALIZATION_OPTIONS]);
  const { momentum = 0.99, movingMeanInitializer = 'zeros', movingVarianceInitializer = 'ones' } = options;
  return {
    type: 'batchNormalization',
    ...parseNormalization(options),
    momentum: checkFraction('momentum', momentum),
    movingMeanInitializer: parseInitializer('movingMeanInitializer', movingMeanInitializer),
    movingVarianceInitializer: parseInitializer('movingVarianceInitializer', movingVarianceInitializer),
  };
}

function parseNormalization(options: LayerNormalizationOptions): NormalizationLayer {
  return {
    epsilon: checkPositive('epsilon', options.epsilon ?? 1e-3),
    center: checkBoolean('center', options.center ?? true),
    scale: checkBoolean('scale', options.scale ?? true),
    betaInitializer: parseInitializer('betaInitializer', options.betaInitializer ?? 'zeros'),
    gammaInitializer: parseInitializer('gammaInitializer', options.gammaInitializer ?? 'ones'),
    ...parsePlace(options),
  };
}

const parsePlace = (options: { inputShape?: readonly number[]; name?: string }): CommonLayer => ({
  inputs: parseInputShape(options.inputShape),
  name: parseName(options.name),
});

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
  layerNormalization,
  batchNormalization,
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
