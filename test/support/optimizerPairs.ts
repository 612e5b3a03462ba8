import type { Optimizer } from '../../src/model/optimizers.ts';
import * as ours from '../../src/model/optimizers.ts';
import type { Update } from './plainNetwork.ts';
import * as torch from './torchOptimizers.ts';

interface OptimizerPair {
  readonly name: string;
  readonly ours: Optimizer;
  /** The same from torchOptimizers.ts, with a state of its own. */
  readonly plain: () => Update;
}

/** Plain, with momentum, Nesterov's, and Adam. */
export const basicOptimizers: OptimizerPair[] = [
  { name: 'sgd', ours: ours.sgd({ learningRate: 0.1 }), plain: () => torch.torchSgd({ lr: 0.1 }) },
  {
    name: 'momentum',
    ours: ours.sgd({ learningRate: 0.05, momentum: 0.9 }),
    plain: () => torch.torchSgd({ lr: 0.05, momentum: 0.9 }),
  },
  {
    name: 'nesterov',
    ours: ours.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
    plain: () => torch.torchSgd({ lr: 0.05, momentum: 0.9, nesterov: true }),
  },
  { name: 'adam', ours: ours.adam({ learningRate: 0.01 }), plain: () => torch.torchAdam({ lr: 0.01 }) },
];

/** The others, with constants that are not the defaults. */
export const otherOptimizers: OptimizerPair[] = [
  {
    name: 'adam with other constants',
    ours: ours.adam({ learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
    plain: () => torch.torchAdam({ lr: 0.02, beta1: 0.8, beta2: 0.95, eps: 1e-3 }),
  },
  {
    name: 'adamw',
    ours: ours.adamw({ learningRate: 0.01, weightDecay: 0.1 }),
    plain: () => torch.torchAdamW({ lr: 0.01, weightDecay: 0.1 }),
  },
  {
    name: 'nadam',
    ours: ours.nadam({ learningRate: 0.01, momentumDecay: 0.01 }),
    plain: () => torch.torchNadam({ lr: 0.01, momentumDecay: 0.01 }),
  },
  { name: 'adamax', ours: ours.adamax({ learningRate: 0.01 }), plain: () => torch.torchAdamax({ lr: 0.01 }) },
  {
    name: 'rmsprop',
    ours: ours.rmsprop({ learningRate: 0.005, rho: 0.9, epsilon: 1e-4 }),
    plain: () => torch.torchRmsprop({ lr: 0.005, alpha: 0.9, eps: 1e-4 }),
  },
  {
    name: 'rmsprop with momentum',
    ours: ours.rmsprop({ learningRate: 0.002, rho: 0.9, epsilon: 1e-4, momentum: 0.8 }),
    plain: () => torch.torchRmsprop({ lr: 0.002, alpha: 0.9, eps: 1e-4, momentum: 0.8 }),
  },
  {
    name: 'rmsprop, centered',
    ours: ours.rmsprop({ learningRate: 0.002, rho: 0.9, epsilon: 0.01, centered: true }),
    plain: () => torch.torchRmsprop({ lr: 0.002, alpha: 0.9, eps: 0.01, centered: true }),
  },
  {
    name: 'adagrad',
    ours: ours.adagrad({ learningRate: 0.05, initialAccumulatorValue: 0.1 }),
    plain: () => torch.torchAdagrad({ lr: 0.05, initialAccumulatorValue: 0.1 }),
  },
  { name: 'adadelta', ours: ours.adadelta(), plain: () => torch.torchAdadelta({}) },
  {
    name: 'lion',
    ours: ours.lion({ learningRate: 1e-3, weightDecay: 0.1 }),
    plain: () => torch.lionOfThePaper({ lr: 1e-3, weightDecay: 0.1 }),
  },
];
