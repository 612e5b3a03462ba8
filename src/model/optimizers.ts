import { checkBoolean, checkFraction, checkNotNegative, checkOptions, checkPositive, fail } from './check.ts';

export interface Sgd {
  readonly name: 'sgd';
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
}

export interface Adam {
  readonly name: 'adam';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** An optimizer is data: its formulas are in `shaders/lib/optimizer.wgsl` and `src/kernels/formulas.ts`. */
export type Optimizer = Sgd | Adam;

/**
 * Stochastic gradient descent, torch.optim.SGD's formula: v ← μ v + g, w ← w − α v; with `nesterov`
 * w ← w − α (g + μ v).
 * @throws when a value is out of range, or `nesterov` comes without momentum
 */
export function sgd(options: Partial<Omit<Sgd, 'name'>> = {}): Sgd {
  checkOptions('sgd', options, ['learningRate', 'momentum', 'nesterov']);
  const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
  if (checkBoolean('nesterov', nesterov) && momentum === 0)
    fail('nesterov', true, 'a momentum above 0 with it');
  return {
    name: 'sgd',
    learningRate: checkNotNegative('learningRate', learningRate),
    momentum: checkFraction('momentum', momentum),
    nesterov,
  };
}

/**
 * Adam (Kingma & Ba, 2015), torch.optim.Adam's formula and constants.
 * @throws when a value is out of range
 */
export function adam(options: Partial<Omit<Adam, 'name'>> = {}): Adam {
  checkOptions('adam', options, ['learningRate', 'beta1', 'beta2', 'epsilon']);
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  return {
    name: 'adam',
    learningRate: checkNotNegative('learningRate', learningRate),
    beta1: checkFraction('beta1', beta1),
    beta2: checkFraction('beta2', beta2),
    epsilon: checkPositive('epsilon', epsilon),
  };
}

export function parseOptimizer(value: unknown): Optimizer {
  const name = (value as Optimizer | undefined)?.name;
  if (typeof value === 'object' && name === 'sgd') {
    const { name: _, ...options } = value as Sgd;
    return sgd(options);
  }
  if (typeof value === 'object' && name === 'adam') {
    const { name: _, ...options } = value as Adam;
    return adam(options);
  }
  return fail('optimizer', value, 'what sgd(…) or adam(…) returns');
}

/** Numbers kept for each weight between steps. */
export function momentCount(optimizer: Optimizer): 0 | 1 | 2 {
  if (optimizer.name === 'adam') return 2;
  return optimizer.momentum > 0 ? 1 : 0;
}

/** What a step is told, in float64: the step size and Adam's bias corrections after `index` earlier steps. */
export function stepRate(optimizer: Optimizer, index: number): { rate: number; correction: number } {
  if (optimizer.name === 'sgd') return { rate: optimizer.learningRate, correction: 1 };
  return {
    rate: optimizer.learningRate / (1 - optimizer.beta1 ** (index + 1)),
    correction: 1 / Math.sqrt(1 - optimizer.beta2 ** (index + 1)),
  };
}
