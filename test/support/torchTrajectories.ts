/** What PyTorch documents, piece by piece, for the library and for the plain network. */
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  batchNormalization,
  l1,
  l1l2,
  l2,
  layerNormalization,
  lion,
  nadam,
  rmsprop,
  sgd,
  stepDecay,
} from '../../src/index.ts';
import * as activations from './plain/activations.ts';
import * as losses from './plain/losses.ts';
import { batchNorm, layerNorm } from './plain/normalization.ts';
import * as optimizers from './plain/optimizers.ts';
import type { Trajectory } from './trajectories.ts';

const classifier = {
  hidden: ['tanh', activations.tanh],
  output: ['softmax', activations.softmax],
  loss: ['categoricalCrossentropy', losses.crossEntropy],
  optimizer: [sgd({ learningRate: 0.3 }), optimizers.sgd({ gamma: 0.3 })],
  targets: 'classes',
} as const;

const trajectory = (label: string, parts: Partial<Trajectory>): Trajectory => ({
  label,
  ...classifier,
  ...parts,
});

const optimizer = (label: string, ...pair: Trajectory['optimizer']) => trajectory(label, { optimizer: pair });

const momentum = { learningRate: 0.1, momentum: 0.9 };

/** With PyTorch's default constants where none are given. */
const optimizerTrajectories = [
  optimizer('SGD', sgd(), optimizers.sgd()),
  optimizer('SGD, a larger rate', sgd({ learningRate: 0.3 }), optimizers.sgd({ gamma: 0.3 })),
  optimizer('SGD, momentum', sgd(momentum), optimizers.sgd({ gamma: 0.1, mu: 0.9 })),
  optimizer(
    'SGD, Nesterov',
    sgd({ ...momentum, nesterov: true }),
    optimizers.sgd({ gamma: 0.1, mu: 0.9, nesterov: true }),
  ),
  optimizer('Adam', adam(), optimizers.adam()),
  optimizer(
    'Adam, other constants',
    adam({ learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
    optimizers.adam({ gamma: 0.02, beta1: 0.8, beta2: 0.95, eps: 1e-3 }),
  ),
  optimizer('AdamW', adamw(), optimizers.adamW()),
  optimizer(
    'AdamW, other decay',
    adamw({ learningRate: 0.01, weightDecay: 0.5 }),
    optimizers.adamW({ gamma: 0.01, lambda: 0.5 }),
  ),
  optimizer('RMSprop', rmsprop(), optimizers.rmsprop()),
  optimizer(
    'RMSprop, momentum',
    rmsprop({ learningRate: 1e-3, momentum: 0.9 }),
    optimizers.rmsprop({ gamma: 1e-3, mu: 0.9 }),
  ),
  optimizer('RMSprop, centered', rmsprop({ centered: true }), optimizers.rmsprop({ centered: true })),
  optimizer(
    'RMSprop, centered, momentum',
    rmsprop({ learningRate: 1e-3, rho: 0.9, momentum: 0.5, centered: true, epsilon: 1e-4 }),
    optimizers.rmsprop({ gamma: 1e-3, alpha: 0.9, mu: 0.5, centered: true, eps: 1e-4 }),
  ),
  optimizer('Adagrad', adagrad(), optimizers.adagrad()),
  optimizer(
    'Adagrad, accumulators that start at 1/8',
    adagrad({ learningRate: 0.1, initialAccumulatorValue: 0.125 }),
    optimizers.adagrad({ gamma: 0.1, tau: 0.125 }),
  ),
  optimizer('Adadelta', adadelta(), optimizers.adadelta()),
  optimizer('Adamax', adamax(), optimizers.adamax()),
  optimizer('NAdam', nadam(), optimizers.nadam()),
  optimizer('Lion', lion({ weightDecay: 0.1 }), optimizers.lion({ lambda: 0.1 })),
];

/** Clipping, penalties and rates. The thresholds are such that some gradients meet them and some do not. */
const gradientTrajectories = [
  trajectory('clip_grad_norm_', { clipNorm: 0.35 }),
  trajectory('clip_grad_value_', { clipValue: 0.05 }),
  trajectory('both', { clipNorm: 0.3, clipValue: 0.1 }),
  trajectory('L1', { regularizer: l1({ l1: 2e-3 }) }),
  trajectory('L2', { regularizer: l2({ l2: 0.01 }) }),
  trajectory('L1 and L2, clipped by norm', { regularizer: l1l2({ l1: 1e-3, l2: 0.02 }), clipNorm: 0.3 }),
  trajectory('a rate for each layer', { rateScales: [0.25, 1, 2] }),
  trajectory('a rate for each layer, AdamW', {
    rateScales: [0.25, 0, 2],
    optimizer: [adamw({ learningRate: 0.01 }), optimizers.adamW({ gamma: 0.01 })],
  }),
  optimizer(
    'a rate that falls, with momentum',
    sgd({ learningRate: stepDecay({ rate: 0.2, stepSize: 7, gamma: 0.6 }), momentum: 0.8 }),
    optimizers.sgd({ gamma: (t) => 0.2 * 0.6 ** Math.floor((t - 1) / 7), mu: 0.8 }),
  ),
];

const linear = ['linear', activations.identity] as const;
const sigmoid = ['sigmoid', activations.sigmoid] as const;
const softmax = ['softmax', activations.softmax] as const;
/** A sigmoid that no loss is computed in one with. */
const flatSigmoid = [{ name: 'scaledSigmoid', b: 2 }, activations.scaledSigmoid(1, 2)] as const;

const loss = (
  label: string,
  output: Trajectory['output'],
  targets: Trajectory['targets'],
  ...pair: Trajectory['loss']
) => trajectory(label, { output, targets, loss: pair });

const { crossEntropy, bce, divergence, smoothed } = losses;

/** Each loss, from logits and from what else an output may be. */
const lossTrajectories = [
  loss('MSELoss', linear, 'reals', 'meanSquaredError', losses.mse),
  loss('MSELoss of a softmax', softmax, 'shares', 'meanSquaredError', losses.mse),
  loss('half squared error', linear, 'reals', 'halfSquaredError', losses.halfSquared),
  loss('L1Loss', linear, 'reals', 'meanAbsoluteError', losses.mae),
  loss('HuberLoss', linear, 'reals', 'huberLoss', losses.huber(1)),
  loss('HuberLoss, delta 0.2', linear, 'reals', { name: 'huberLoss', delta: 0.2 }, losses.huber(0.2)),
  loss('BCEWithLogitsLoss', sigmoid, 'reals', 'binaryCrossentropy', bce),
  loss('BCELoss', flatSigmoid, 'reals', 'binaryCrossentropy', bce),
  loss(
    'BCEWithLogitsLoss, smoothed',
    sigmoid,
    'classes',
    { name: 'binaryCrossentropy', labelSmoothing: 0.2 },
    smoothed(bce, 0.2, 2),
  ),
  loss('CrossEntropyLoss', softmax, 'shares', 'categoricalCrossentropy', crossEntropy),
  loss('CrossEntropyLoss, labels', softmax, 'classes', 'sparseCategoricalCrossentropy', crossEntropy),
  loss(
    'CrossEntropyLoss, label_smoothing',
    softmax,
    'shares',
    { name: 'categoricalCrossentropy', labelSmoothing: 0.1 },
    smoothed(crossEntropy, 0.1, 3),
  ),
  loss(
    'CrossEntropyLoss, labels, label_smoothing',
    softmax,
    'classes',
    { name: 'sparseCategoricalCrossentropy', labelSmoothing: 0.3 },
    smoothed(crossEntropy, 0.3, 3),
  ),
  loss('NLLLoss', sigmoid, 'classes', 'sparseCategoricalCrossentropy', crossEntropy),
  loss('KLDivLoss of a softmax', softmax, 'shares', 'kullbackLeiblerDivergence', divergence),
  loss('KLDivLoss', sigmoid, 'shares', 'kullbackLeiblerDivergence', divergence),
];

/** In the hidden layers and in the last one, against real numbers. */
const activation = (label: string, ...pair: Trajectory['hidden']) =>
  trajectory(label, { hidden: pair, output: pair, targets: 'reals', loss: ['meanSquaredError', losses.mse] });

const activationTrajectories = [
  activation('Identity', ...linear),
  activation('Sigmoid', ...sigmoid),
  activation(
    'scaled sigmoid',
    { name: 'scaledSigmoid', a: 1.5, b: 0.5 },
    activations.scaledSigmoid(1.5, 0.5),
  ),
  activation('Tanh', 'tanh', activations.tanh),
  activation('ReLU', 'relu', activations.leakyRelu(0)),
  activation('LeakyReLU(0.3)', 'leakyRelu', activations.leakyRelu(0.3)),
  activation('LeakyReLU', { name: 'leakyRelu', slope: 0.01 }, activations.leakyRelu(0.01)),
  activation('ELU', 'elu', activations.elu(1)),
  activation('ELU, alpha 0.5', { name: 'elu', alpha: 0.5 }, activations.elu(0.5)),
  activation('SELU', 'selu', activations.selu),
  activation('Softplus', 'softplus', activations.softplus),
  activation('Softsign', 'softsign', activations.softsign),
  activation('GELU', 'gelu', activations.gelu),
  activation('GELU, tanh', { name: 'gelu', approximate: true }, activations.geluTanh),
  activation('SiLU', 'swish', activations.silu),
  activation('Mish', 'mish', activations.mish),
  activation('Hardsigmoid', 'hardSigmoid', activations.hardSigmoid(1 / 6, 0.5)),
  activation('hard sigmoid, 0.2', { name: 'hardSigmoid', slope: 0.2 }, activations.hardSigmoid(0.2, 0.5)),
  activation('Softmax', ...softmax),
];

const layerNormalized = [layerNormalization({ epsilon: 1e-5 }), layerNorm(1e-5)] as const;
const batchNormalized = [batchNormalization({ epsilon: 1e-5, momentum: 0.9 }), batchNorm(1e-5, 0.9)] as const;
/** A bias before a batch's normalisation has no gradient but rounding errors, which a small ε would make steps of. */
const decaying = [
  adamw({ learningRate: 0.01, weightDecay: 0.1, epsilon: 0.01 }),
  optimizers.adamW({ gamma: 0.01, lambda: 0.1, eps: 0.01 }),
] as const;

/** Between weights and activation, γ and β being parameters like others, but to penalties. */
const normalizationTrajectories = ([layerNormalized, batchNormalized] as const).flatMap((normalization) => {
  const name = normalization === layerNormalized ? 'LayerNorm' : 'BatchNorm1d';
  const rate = [sgd({ learningRate: 0.1 }), optimizers.sgd({ gamma: 0.1 })] as const;
  const normalized = (label: string, parts: Partial<Trajectory>) =>
    trajectory(`${name}${label}`, { normalization, optimizer: rate, ...parts });
  return [
    normalized('', {}),
    normalized(', ReLU', { hidden: ['relu', activations.leakyRelu(0)] }),
    normalized(', GELU', { hidden: ['gelu', activations.gelu] }),
    normalized(', BCEWithLogitsLoss', {
      output: sigmoid,
      targets: 'reals',
      loss: ['binaryCrossentropy', bce],
    }),
    normalized(', AdamW', { optimizer: decaying }),
    normalized(', clip_grad_norm_', { clipNorm: 0.35 }),
    normalized(', clip_grad_value_', { clipValue: 0.05 }),
    normalized(', L2 and a rate for each layer', {
      regularizer: l2({ l2: 0.01 }),
      rateScales: [0.25, 1, 2],
    }),
  ];
});

export const torchTrajectories = [
  ['optimizers', optimizerTrajectories],
  ['gradients', gradientTrajectories],
  ['losses', lossTrajectories],
  ['activations', activationTrajectories],
  ['normalization', normalizationTrajectories],
] as const;
