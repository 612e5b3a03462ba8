/** The mathematics of the kernels in float64, each function as the textbook has it. */
import { values as activations } from '../../shaders/lib/activation.wgsl';

export interface ActivationConstants {
  ACTIVATION: number;
  A: number;
  B: number;
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const normalCdf = (x: number) => erfc(-x / Math.SQRT2) / 2;
const normalDensity = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const geluArgument = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

interface ActivationFormula {
  /** F(x). */
  value(x: number, a: number, b: number): number;
  /** F′ from what the forward pass keeps: F's output, or its input for the activations from SOFTPLUS on. */
  slope(kept: number, a: number, b: number): number;
  /** The largest |F′|: 1 where not given. */
  steepest?(a: number, b: number): number;
}

const formulas: Record<number, ActivationFormula> = {
  [activations.LINEAR]: { value: (x) => x, slope: () => 1 },
  [activations.SIGMOID]: {
    value: (x, a, b) => a / (1 + Math.exp(-x / b)),
    slope: (y, a, b) => (y / b) * (1 - y / a),
    steepest: (a, b) => a / (4 * b),
  },
  [activations.TANH]: { value: Math.tanh, slope: (y) => 1 - y * y },
  [activations.RELU]: { value: (x) => Math.max(0, x), slope: (y) => Number(y > 0) },
  [activations.LEAKY_RELU]: {
    value: (x, a) => (x > 0 ? x : a * x),
    slope: (y, a) => (y > 0 ? 1 : a),
    steepest: (a) => Math.max(1, a),
  },
  [activations.ELU]: {
    value: (x, a) => (x > 0 ? x : a * Math.expm1(x)),
    slope: (y, a) => (y > 0 ? 1 : y + a),
    steepest: (a) => Math.max(1, a),
  },
  [activations.SELU]: {
    value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    slope: (y) => (y > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA),
    steepest: () => SELU_SCALE * SELU_ALPHA,
  },
  [activations.SOFTSIGN]: { value: (x) => x / (1 + Math.abs(x)), slope: (y) => (1 - Math.abs(y)) ** 2 },
  [activations.HARD_SIGMOID]: {
    value: (x, a, b) => Math.min(1, Math.max(0, a * x + b)),
    slope: (y, a) => (y > 0 && y < 1 ? a : 0),
    steepest: (a) => a,
  },
  [activations.SOFTPLUS]: { value: softplus, slope: sigmoid },
  [activations.GELU]: {
    value: (x) => x * normalCdf(x),
    slope: (x) => normalCdf(x) + x * normalDensity(x),
    steepest: () => 1.1289,
  },
  [activations.GELU_TANH]: {
    value: (x) => (x / 2) * (1 + Math.tanh(geluArgument(x))),
    slope(x) {
      const t = Math.tanh(geluArgument(x));
      const inner = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);
      return (1 + t) / 2 + (x / 2) * (1 - t * t) * inner;
    },
    steepest: () => 1.129,
  },
  [activations.SWISH]: {
    value: (x) => x * sigmoid(x),
    slope: (x) => sigmoid(x) + x * sigmoid(x) * sigmoid(-x),
    steepest: () => 1.0998,
  },
  [activations.MISH]: {
    value: (x) => x * Math.tanh(softplus(x)),
    slope: (x) => Math.tanh(softplus(x)) + (x * sigmoid(x)) / Math.cosh(softplus(x)) ** 2,
    steepest: () => 1.0885,
  },
};

/** F(x). */
export function activate(x: number, { ACTIVATION, A, B }: ActivationConstants): number {
  return formulas[ACTIVATION].value(x, A, B);
}

/** F′ from what the forward pass keeps: F's output, or its input for the activations from SOFTPLUS on. */
export function activationSlope(kept: number, { ACTIVATION, A, B }: ActivationConstants): number {
  return formulas[ACTIVATION].slope(kept, A, B);
}

/** The largest |F′| that there is. */
export function activationSteepest({ ACTIVATION, A, B }: ActivationConstants): number {
  return formulas[ACTIVATION].steepest?.(A, B) ?? 1;
}

/**
 * The complementary error function, to about 1e-15 relative: 1 − erf by its Taylor series below 2, the continued
 * fraction above (Abramowitz & Stegun 7.1.5 and 7.1.14).
 */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** ln Σ e^z over `count` numbers from `start`; the largest term is left out of the sum for log1p to keep the rest. */
export function logSumExp(z: Float64Array, start: number, count: number): number {
  let top = start;
  for (let j = start + 1; j < start + count; j++) if (z[j] > z[top]) top = j;
  let others = 0;
  for (let j = start; j < start + count; j++) if (j !== top) others += Math.exp(z[j] - z[top]);
  return z[top] + Math.log1p(others);
}
