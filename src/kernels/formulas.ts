/** The mathematics of the kernels in float64, each function as the textbook has it. */
import { values as activations } from '../../shaders/lib/activation.wgsl';
import { values as optimizers } from '../../shaders/lib/optimizer.wgsl';

export interface ActivationConstants {
  ACTIVATION: number;
  A: number;
  B: number;
}

/** F(x). */
export function activate(x: number, { ACTIVATION, A, B }: ActivationConstants): number {
  switch (ACTIVATION) {
    case activations.SIGMOID:
      return A / (1 + Math.exp(-x / B));
    case activations.TANH:
      return Math.tanh(x);
    case activations.RELU:
      return Math.max(0, x);
    default:
      return x;
  }
}

/** F′ at the point where F(x) = y. */
export function activationSlope(y: number, { ACTIVATION, A, B }: ActivationConstants): number {
  switch (ACTIVATION) {
    case activations.SIGMOID:
      return (y / B) * (1 - y / A);
    case activations.TANH:
      return 1 - y * y;
    case activations.RELU:
      return y > 0 ? 1 : 0;
    default:
      return 1;
  }
}

export interface OptimizerConstants {
  OPTIMIZER: number;
  RATE_SCALE: number;
  MOMENTUM: number;
  NESTEROV: boolean;
  BETA_1: number;
  BETA_2: number;
  EPSILON: number;
}

export interface WeightState {
  value: number;
  first: number;
  second: number;
}

/** One optimizer step, as PyTorch documents SGD and Adam; `rate` and `correction` carry Adam's bias corrections. */
export function optimizerStep(
  { value, first, second }: WeightState,
  gradient: number,
  c: OptimizerConstants,
  { rate, correction }: { rate: number; correction: number },
): WeightState {
  const scaledRate = rate * c.RATE_SCALE;
  if (c.OPTIMIZER === optimizers.ADAM) {
    const mean = c.BETA_1 * first + (1 - c.BETA_1) * gradient;
    const variance = c.BETA_2 * second + (1 - c.BETA_2) * gradient ** 2;
    const direction = mean / (Math.sqrt(variance) * correction + c.EPSILON);
    return { value: value - scaledRate * direction, first: mean, second: variance };
  }
  const velocity = c.MOMENTUM * first + gradient;
  const direction = c.NESTEROV ? gradient + c.MOMENTUM * velocity : velocity;
  return { value: value - scaledRate * direction, first: velocity, second };
}

/** ln Σ e^z over `count` numbers from `start`; the largest term is left out of the sum for log1p to keep the rest. */
export function logSumExp(z: Float64Array, start: number, count: number): number {
  let top = start;
  for (let j = start + 1; j < start + count; j++) if (z[j] > z[top]) top = j;
  let others = 0;
  for (let j = start; j < start + count; j++) if (j !== top) others += Math.exp(z[j] - z[top]);
  return z[top] + Math.log1p(others);
}
