import { checkBoolean, checkFraction, checkNotNegative, checkOptions, checkPositive, fail } from './check.ts';
import { type LearningRate, parseLearningRate, rateAt } from './schedules.ts';

/** The numbers that optimizers take beside their learning rate, each with what it may be. */
const checks = {
  momentum: checkFraction,
  nesterov: checkBoolean,
  centered: checkBoolean,
  beta1: checkFraction,
  beta2: checkFraction,
  rho: checkFraction,
  epsilon: checkPositive,
  weightDecay: checkNotNegative,
  initialAccumulatorValue: checkNotNegative,
  momentumDecay: checkNotNegative,
  useEma: checkBoolean,
  emaMomentum: checkFraction,
} as const;

type Settings = { readonly [K in keyof typeof checks]?: ReturnType<(typeof checks)[K]> };

/** The optimizers and their default constants: PyTorch's. */
const defaults = {
  sgd: { learningRate: 1e-3, momentum: 0, nesterov: false },
  adam: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  adamw: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  rmsprop: { learningRate: 0.01, rho: 0.99, epsilon: 1e-8, momentum: 0, centered: false },
  adagrad: { learningRate: 0.01, initialAccumulatorValue: 0, epsilon: 1e-10 },
  adadelta: { learningRate: 1, rho: 0.9, epsilon: 1e-6 },
  adamax: { learningRate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  nadam: { learningRate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentumDecay: 4e-3 },
  lion: { learningRate: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
} as const;

export type OptimizerName = keyof typeof defaults;

/** What every optimizer takes, with Keras's names and defaults. */
interface Averaging {
  /**
   * Keep the exponential moving average of the weights, a ← m a + (1 − m) w after every step, from the weights
   * after the first step on. When `fit` has run its epochs, before `onTrainEnd`, the model's weights become that
   * average; until then, in validation and callbacks, they are what the steps made of them. After a trainer's
   * steps, `model.applyAverage()` does it.
   */
  useEma?: boolean;
  /** m. */
  emaMomentum?: number;
}

const averaging = { useEma: false, emaMomentum: 0.99 };

/** An optimizer is data: its formulas are in `shaders/lib/optimizer.wgsl`. */
export type Optimizer = { readonly name: OptimizerName; readonly learningRate: LearningRate } & Settings;

type Options<Name extends OptimizerName> = { learningRate?: LearningRate } & Averaging & {
    [K in Exclude<keyof (typeof defaults)[Name], 'learningRate'> & keyof Settings]?: Settings[K];
  };

const optimizer =
  <Name extends OptimizerName>(name: Name) =>
  (options: Options<Name> = {}): Optimizer => {
    const standard = { ...defaults[name], ...averaging };
    checkOptions(name, options, Object.keys(standard));
    const { learningRate, ...settings } = { ...standard, ...options } as Omit<Optimizer, 'name'>;
    for (const [key, value] of Object.entries(settings)) checks[key as keyof typeof checks](key, value);
    if (settings.nesterov && settings.momentum === 0) fail('nesterov', true, 'a momentum above 0 with it');
    return { name, learningRate: parseLearningRate(learningRate), ...settings };
  };

/** Stochastic gradient descent with momentum, plain or Nesterov's: torch.optim.SGD. */
export const sgd = optimizer('sgd');
/** Kingma & Ba, 2015: torch.optim.Adam. */
export const adam = optimizer('adam');
/** Adam with decoupled weight decay, of kernels and biases alike (Loshchilov & Hutter, 2019): torch.optim.AdamW. */
export const adamw = optimizer('adamw');
/** Hinton, 2012; centered as in Graves, 2013: torch.optim.RMSprop. */
export const rmsprop = optimizer('rmsprop');
/** Duchi, Hazan & Singer, 2011: torch.optim.Adagrad. */
export const adagrad = optimizer('adagrad');
/** Zeiler, 2012: torch.optim.Adadelta. */
export const adadelta = optimizer('adadelta');
/** Adam by the infinity norm (Kingma & Ba, 2015): torch.optim.Adamax. */
export const adamax = optimizer('adamax');
/** Adam with Nesterov momentum (Dozat, 2016): torch.optim.NAdam. */
export const nadam = optimizer('nadam');
/** The sign of an interpolated momentum (Chen et al., 2023). */
export const lion = optimizer('lion');

const makers = { sgd, adam, adamw, rmsprop, adagrad, adadelta, adamax, nadam, lion };

/** Checks an optimizer once more: it may come from anywhere. */
export function parseOptimizer(value: unknown): Optimizer {
  const { name, ...options } = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Partial<Optimizer>;
  if (name === undefined || !Object.hasOwn(makers, name)) {
    fail('optimizer', value, `what one of ${Object.keys(makers).join(', ')} returns`);
  }
  return (makers[name] as (given: object) => Optimizer)(options);
}

/** Numbers kept for each weight between steps. */
export function momentCount({ name, momentum = 0, centered = false }: Optimizer): number {
  switch (name) {
    case 'sgd':
      return momentum > 0 ? 1 : 0;
    case 'rmsprop':
      return centered ? 3 : momentum > 0 ? 2 : 1;
    case 'adagrad':
    case 'lion':
      return 1;
    default:
      return 2;
  }
}

/** What a step is told of the optimizer. */
export interface StepRates {
  learning_rate: number;
  /** With the bias correction of the first moment. */
  rate: number;
  gradient_rate: number;
  /** 1 / √(bias correction of the second moment). */
  correction: number;
}

/** For steps that train nothing. */
export const NO_RATES: Readonly<StepRates> = { learning_rate: 0, rate: 0, gradient_rate: 0, correction: 1 };

/**
 * A function that writes what the step after `index` others is told, in float64; `factor` multiplies the rate.
 */
export function stepRates(
  optimizer: Optimizer,
  factor: () => number,
): (index: number, rates: StepRates) => void {
  const { name, beta1 = 0, beta2 = 0 } = optimizer;
  const momentum = name === 'nadam' ? nadamMomentum(optimizer) : undefined;
  const root = (t: number) => 1 / Math.sqrt(1 - beta2 ** t);
  const correctsMean = name === 'adam' || name === 'adamw' || name === 'adamax';
  return (index, rates) => {
    const t = index + 1;
    const rate = factor() * rateAt(optimizer.learningRate, index);
    rates.learning_rate = rate;
    rates.rate = correctsMean ? rate / (1 - beta1 ** t) : rate;
    rates.gradient_rate = 0;
    rates.correction = name === 'adam' || name === 'adamw' || momentum ? root(t) : 1;
    if (momentum) {
      const { own, gradient } = momentum(t);
      rates.rate = rate * own;
      rates.gradient_rate = rate * gradient;
    }
  };
}

/** NAdam's weights of the mean and of the gradient in step t, with the running product of its momenta. */
function nadamMomentum({ beta1 = 0, momentumDecay = 0 }: Optimizer) {
  const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
  let known = 0;
  let product = 1;
  return (t: number) => {
    if (t < known) [known, product] = [0, 1];
    while (known < t) product *= mu(++known);
    return { own: mu(t + 1) / (1 - product * mu(t + 1)), gradient: (1 - mu(t)) / (1 - product) };
  };
}
