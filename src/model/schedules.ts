/** Learning rates that change from step to step: computed by the host in float64, before the steps run. */
import { checkNotNegative, checkOptions, checkPositive, checkPositiveInteger, fail } from './check.ts';

/** A learning rate: a number, a schedule, or a function of the number of steps done. */
export type LearningRate = number | Schedule | ((step: number) => number);

export interface Schedule {
  readonly schedule: string;
  /** The rate after `step` steps. */
  rateAt(step: number): number;
}

/** The rate after `step` steps. Throws when a user's function gives no usable number. */
export function rateAt(learningRate: LearningRate, step: number): number {
  if (typeof learningRate === 'number') return learningRate;
  const rate = typeof learningRate === 'function' ? learningRate(step) : learningRate.rateAt(step);
  if (!Number.isFinite(rate) || rate < 0)
    fail(`learningRate at step ${step}`, rate, 'a number that is not negative');
  return rate;
}

export function parseLearningRate(value: unknown): LearningRate {
  if (typeof value === 'function') return value as (step: number) => number;
  if (typeof (value as Schedule | undefined)?.rateAt === 'function') return value as Schedule;
  if (typeof value === 'number') return checkNotNegative('learningRate', value);
  return fail('learningRate', value, 'a number, a schedule, or a function of the step');
}

/** rate · gamma^⌊step / stepSize⌋, torch.optim.lr_scheduler.StepLR. */
export function stepDecay(options: { rate: number; stepSize: number; gamma?: number }): Schedule {
  checkOptions('stepDecay', options, ['rate', 'stepSize', 'gamma']);
  const { rate, stepSize, gamma = 0.1 } = options;
  checkNotNegative('rate', rate);
  checkPositiveInteger('stepSize', stepSize);
  checkPositive('gamma', gamma);
  return { schedule: 'stepDecay', rateAt: (step) => rate * gamma ** Math.floor(step / stepSize) };
}

/** rate · gamma^(step / decaySteps), torch.optim.lr_scheduler.ExponentialLR for `decaySteps` 1. */
export function exponentialDecay(options: { rate: number; gamma: number; decaySteps?: number }): Schedule {
  checkOptions('exponentialDecay', options, ['rate', 'gamma', 'decaySteps']);
  const { rate, gamma, decaySteps = 1 } = options;
  checkNotNegative('rate', rate);
  checkPositive('gamma', gamma);
  checkPositive('decaySteps', decaySteps);
  return { schedule: 'exponentialDecay', rateAt: (step) => rate * gamma ** (step / decaySteps) };
}

/**
 * From `rate` to `minimum` along half a cosine in `steps` steps, then from the start again, each round
 * `multiplier` times as long: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts (Loshchilov & Hutter, 2017).
 */
export function cosineRestarts(options: {
  rate: number;
  steps: number;
  multiplier?: number;
  minimum?: number;
}): Schedule {
  checkOptions('cosineRestarts', options, ['rate', 'steps', 'multiplier', 'minimum']);
  const { rate, steps, multiplier = 1, minimum = 0 } = options;
  checkNotNegative('rate', rate);
  checkPositiveInteger('steps', steps);
  checkPositiveInteger('multiplier', multiplier);
  checkNotNegative('minimum', minimum);
  return {
    schedule: 'cosineRestarts',
    rateAt(step) {
      let length = steps;
      let position = step;
      if (multiplier === 1) position = step % steps;
      else for (; position >= length; length *= multiplier) position -= length;
      return minimum + ((rate - minimum) * (1 + Math.cos((Math.PI * position) / length))) / 2;
    },
  };
}

/** From `rate · startFactor` in a straight line to the rate of `then` after `steps` steps, and on with that. */
export function linearWarmup(options: { steps: number; then: LearningRate; startFactor?: number }): Schedule {
  checkOptions('linearWarmup', options, ['steps', 'then', 'startFactor']);
  const { steps, startFactor = 0 } = options;
  checkPositiveInteger('steps', steps);
  checkNotNegative('startFactor', startFactor);
  const after = parseLearningRate(options.then);
  return {
    schedule: 'linearWarmup',
    rateAt: (step) => rateAt(after, step) * Math.min(1, startFactor + ((1 - startFactor) * step) / steps),
  };
}

/**
 * Up along half a cosine from rate / `divisor` to `rate` in the first `share` of the steps, then down to
 * rate / (divisor · finalDivisor): torch.optim.lr_scheduler.OneCycleLR (Smith & Topin, 2018).
 */
export function oneCycle(options: {
  rate: number;
  steps: number;
  share?: number;
  divisor?: number;
  finalDivisor?: number;
}): Schedule {
  checkOptions('oneCycle', options, ['rate', 'steps', 'share', 'divisor', 'finalDivisor']);
  const { rate, steps, share = 0.3, divisor = 25, finalDivisor = 1e4 } = options;
  checkNotNegative('rate', rate);
  checkPositiveInteger('steps', steps);
  checkPositive('share', share);
  checkPositive('divisor', divisor);
  checkPositive('finalDivisor', finalDivisor);
  const first = rate / divisor;
  const peak = share * steps - 1;
  const anneal = (from: number, to: number, part: number) =>
    to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;
  return {
    schedule: 'oneCycle',
    rateAt(step) {
      const at = Math.min(step, steps - 1);
      if (at <= peak) return anneal(first, rate, peak > 0 ? at / peak : 1);
      return anneal(rate, first / finalDivisor, (at - peak) / (steps - 1 - peak));
    },
  };
}

/** `rates[i]` until `boundaries[i]` steps are done, the last rate after that. */
export function piecewise(options: { boundaries: readonly number[]; rates: readonly number[] }): Schedule {
  checkOptions('piecewise', options, ['boundaries', 'rates']);
  const { boundaries, rates } = options;
  const ascending = Array.isArray(boundaries) && boundaries.every((b, i) => i === 0 || b > boundaries[i - 1]);
  if (!ascending) fail('boundaries', boundaries, 'an array of ascending numbers of steps');
  if (!Array.isArray(rates) || rates.length !== boundaries.length + 1) {
    fail('rates', rates, `an array of ${boundaries.length + 1} rates, one more than boundaries`);
  }
  rates.forEach((rate, i) => {
    checkNotNegative(`rates[${i}]`, rate);
  });
  return {
    schedule: 'piecewise',
    rateAt(step) {
      const i = boundaries.findIndex((boundary) => step < boundary);
      return rates[i < 0 ? rates.length - 1 : i];
    },
  };
}
