/** The optimizers in float64: one weight's step, as PyTorch documents it for each torch.optim class. */
import { values as optimizers } from '../../shaders/lib/optimizer.wgsl';
import type { StepValues } from './kernel.ts';

export interface OptimizerConstants {
  readonly OPTIMIZER: number;
  readonly RATE_SCALE: number;
  readonly MOMENTUM: number;
  readonly NESTEROV: boolean;
  readonly CENTERED: boolean;
  readonly BETA_1: number;
  readonly BETA_2: number;
  readonly EPSILON: number;
  readonly WEIGHT_DECAY: number;
}

/** A weight and what its optimizer keeps, in the order in which the formulas introduce it. */
export interface WeightState {
  readonly value: number;
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

export type Rates = Pick<StepValues, 'learning_rate' | 'rate' | 'gradient_rate' | 'correction'>;

/** What a step adds to the weight, and the new moments. */
interface Move {
  readonly change: number;
  readonly first?: number;
  readonly second?: number;
  readonly third?: number;
}

type Formula = (old: WeightState, gradient: number, c: OptimizerConstants, rates: Rates) => Move;

/** The running mean: β a + (1 − β) b. */
const mean = (beta: number, a: number, b: number) => beta * a + (1 - beta) * b;

const adam: Formula = (old, g, { BETA_1, BETA_2, EPSILON }, { rate, gradient_rate, correction }) => {
  const first = mean(BETA_1, old.first, g);
  const second = mean(BETA_2, old.second, g * g);
  const root = Math.sqrt(second) * correction + EPSILON;
  return { change: -(rate * first + gradient_rate * g) / root, first, second };
};

const formulas: Record<number, Formula> = {
  [optimizers.SGD](old, g, { MOMENTUM, NESTEROV }, { rate }) {
    const velocity = MOMENTUM * old.first + g;
    return { change: -rate * (NESTEROV ? g + MOMENTUM * velocity : velocity), first: velocity };
  },
  [optimizers.ADAM]: adam,
  [optimizers.NADAM]: adam,
  [optimizers.ADAMAX](old, g, { BETA_1, BETA_2, EPSILON }, { rate }) {
    const first = mean(BETA_1, old.first, g);
    const second = Math.max(BETA_2 * old.second, Math.abs(g) + EPSILON);
    return { change: (-rate * first) / second, first, second };
  },
  [optimizers.RMSPROP](old, g, { BETA_2, MOMENTUM, CENTERED, EPSILON }, { rate }) {
    const first = mean(BETA_2, old.first, g * g);
    const third = CENTERED ? mean(BETA_2, old.third, g) : 0;
    const second = MOMENTUM * old.second + g / (Math.sqrt(first - third ** 2) + EPSILON);
    return { change: -rate * second, first, second, third };
  },
  [optimizers.ADAGRAD](old, g, { EPSILON }, { rate }) {
    const first = old.first + g * g;
    return { change: (-rate * g) / (Math.sqrt(first) + EPSILON), first };
  },
  [optimizers.ADADELTA](old, g, { BETA_2, EPSILON }, { rate }) {
    const first = mean(BETA_2, old.first, g * g);
    const step = (g * Math.sqrt(old.second + EPSILON)) / Math.sqrt(first + EPSILON);
    return { change: -rate * step, first, second: mean(BETA_2, old.second, step * step) };
  },
  [optimizers.LION](old, g, { BETA_1, BETA_2 }, { rate }) {
    return { change: -rate * Math.sign(mean(BETA_1, old.first, g)), first: mean(BETA_2, old.first, g) };
  },
};

/** One step of a weight by the optimizer that the constants name. */
export function optimizerStep(
  old: WeightState,
  gradient: number,
  c: OptimizerConstants,
  rates: Rates,
): WeightState {
  const {
    change,
    first = old.first,
    second = old.second,
    third = old.third,
  } = formulas[c.OPTIMIZER](old, gradient, c, rates);
  const decayed = old.value * (1 - rates.learning_rate * c.RATE_SCALE * c.WEIGHT_DECAY);
  return { value: decayed + c.RATE_SCALE * change, first, second, third };
}

export interface RegulariserConstants {
  readonly L1: number;
  readonly L2: number;
  readonly CLIP_VALUE: number;
}

/** The loss's gradient and the penalty's, λ₁ sign w + 2 λ₂ w for a kernel's weight, cut off at ±CLIP_VALUE. */
export function fullGradient(
  gradient: number,
  weight: number,
  inKernel: boolean,
  c: RegulariserConstants,
): number {
  const slope = gradient + (inKernel ? c.L1 * Math.sign(weight) + 2 * c.L2 * weight : 0);
  return c.CLIP_VALUE > 0 ? Math.min(c.CLIP_VALUE, Math.max(-c.CLIP_VALUE, slope)) : slope;
}
