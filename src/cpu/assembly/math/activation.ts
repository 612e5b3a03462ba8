// The activations F and their derivatives F′, four at a time: the formulas are those of shaders/lib/activation.wgsl,
// which says why they have these forms.
import {
  Activation, ELU, GELU, GELU_TANH, HARD_SIGMOID, LEAKY_RELU, LINEAR, MISH, RELU, SELU, SIGMOID, SOFTPLUS, SOFTSIGN,
  SWISH, TANH,
} from '../layout';
import { each, select, sign, splat, storeLanes } from '../vectors';
import { exp, expm1, expOfMinus, log1p } from './exp';

const ONE = memory.data<f32>([1]);

const SELU_SCALE: f32 = 1.0507009873554805;
const SELU_ALPHA: f32 = 1.6732632423543772;
const TWO_SQRT_2_OVER_PI: f32 = 1.5957691216057308;
const CUBIC: f32 = 0.044715;

/** Takes `count` numbers through F, in place. */
export function activateAll(numbers: usize, count: u32, f: Activation): void {
  const end = numbers + (count << 2);
  const whole = numbers + (count & ~3) * 4;
  if (f.ACTIVATION == LINEAR) return;
  if (f.ACTIVATION == RELU) {
    for (; numbers < whole; numbers += 16) v128.store(numbers, f32x4.pmax(v128.load(numbers), splat(0)));
  } else if (f.ACTIVATION == SIGMOID && f.A == 1 && f.B == 1) {
    for (; numbers < whole; numbers += 16) v128.store(numbers, logisticInline(v128.load(numbers)));
  } else {
    for (; numbers < whole; numbers += 16) v128.store(numbers, activate(v128.load(numbers), f));
  }
  if (numbers < end) storeLanes(numbers, activate(v128.load(numbers), f), count & 3);
}

/** Multiplies `count` numbers by F′ of what was kept. */
export function multiplyBySlopes(numbers: usize, kept: usize, count: u32, f: Activation): void {
  const end = numbers + (count << 2);
  const whole = numbers + (count & ~3) * 4;
  if (f.ACTIVATION == LINEAR) return;
  if (f.ACTIVATION == RELU) {
    for (; numbers < whole; numbers += 16, kept += 16) {
      v128.store(numbers, f32x4.mul(v128.load(numbers), v128.and(each(ONE), positive(v128.load(kept)))));
    }
  } else if (f.ACTIVATION == SIGMOID && f.A == 1 && f.B == 1) {
    for (; numbers < whole; numbers += 16, kept += 16) {
      const y = v128.load(kept);
      v128.store(numbers, f32x4.mul(v128.load(numbers), f32x4.mul(y, f32x4.sub(each(ONE), y))));
    }
  } else {
    for (; numbers < whole; numbers += 16, kept += 16) {
      v128.store(numbers, f32x4.mul(v128.load(numbers), activationSlope(v128.load(kept), f)));
    }
  }
  if (numbers < end) {
    storeLanes(numbers, f32x4.mul(v128.load(numbers), activationSlope(v128.load(kept), f)), count & 3);
  }
}

export function activate(x: v128, f: Activation): v128 {
  switch (f.ACTIVATION) {
    case SIGMOID: return f32x4.mul(splat(f.A), logistic(f32x4.div(x, splat(f.B))));
    case TANH: return tanh(x);
    case RELU: return f32x4.pmax(x, splat(0));
    case LEAKY_RELU: return select(x, f32x4.mul(splat(f.A), x), positive(x));
    case ELU: return exponentialUnit(x, splat(f.A));
    case SELU: return f32x4.mul(splat(SELU_SCALE), exponentialUnit(x, splat(SELU_ALPHA)));
    case SOFTSIGN: return f32x4.div(x, f32x4.add(splat(1), f32x4.abs(x)));
    case HARD_SIGMOID:
      return f32x4.pmin(f32x4.pmax(f32x4.add(f32x4.mul(splat(f.A), x), splat(f.B)), splat(0)), splat(1));
    case SOFTPLUS: return f32x4.add(f32x4.pmax(x, splat(0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
    case GELU: return f32x4.mul(x, normalCdf(x));
    case GELU_TANH: return f32x4.mul(x, logistic(geluArgument(x)));
    case SWISH: return f32x4.mul(x, logistic(x));
    case MISH: return f32x4.mul(x, tanhSoftplus(x));
    default: return x;
  }
}

/** F′ from what the forward pass kept: y = F(x) up to HARD_SIGMOID, x itself after it. */
export function activationSlope(kept: v128, f: Activation): v128 {
  const one = splat(1);
  const a = splat(f.A);
  switch (f.ACTIVATION) {
    case SIGMOID: {
      const slope = f32x4.mul(kept, f32x4.sub(a, kept));
      return f.A * f.B == 1 ? slope : f32x4.div(slope, splat(f.A * f.B));
    }
    case TANH: return f32x4.mul(f32x4.sub(one, kept), f32x4.add(one, kept));
    case RELU: return v128.and(one, positive(kept));
    case LEAKY_RELU: return select(one, a, positive(kept));
    case ELU: return select(one, f32x4.add(kept, a), positive(kept));
    case SELU:
      return select(splat(SELU_SCALE), f32x4.add(kept, splat(SELU_SCALE * SELU_ALPHA)), positive(kept));
    case SOFTSIGN: {
      const rest = f32x4.sub(one, f32x4.abs(kept));
      return f32x4.mul(rest, rest);
    }
    case HARD_SIGMOID: return v128.and(a, v128.and(positive(kept), f32x4.lt(kept, one)));
    case SOFTPLUS: return logistic(kept);
    case GELU: {
      const density = f32x4.mul(splat(0.25 * TWO_SQRT_2_OVER_PI), exp(f32x4.mul(f32x4.mul(splat(-0.5), kept), kept)));
      return f32x4.add(normalCdf(kept), f32x4.mul(kept, density));
    }
    case GELU_TANH: {
      const u = geluArgument(kept);
      const slope = f32x4.mul(
        splat(TWO_SQRT_2_OVER_PI),
        f32x4.add(one, f32x4.mul(splat(3 * CUBIC), f32x4.mul(kept, kept))),
      );
      return logisticSlope(u, f32x4.mul(kept, slope));
    }
    case SWISH: return logisticSlope(kept, kept);
    case MISH: return mishSlope(kept);
    default: return one;
  }
}

@inline function positive(x: v128): v128 {
  return f32x4.gt(x, splat(0));
}

/** 1 / (1 + e^−x). */
export function logistic(x: v128): v128 {
  return logisticInline(x);
}

@inline function logisticInline(x: v128): v128 {
  const one = each(ONE);
  return f32x4.div(one, f32x4.add(one, expOfMinus(x)));
}

/** σ(u) (1 + w σ(−u)). */
function logisticSlope(u: v128, w: v128): v128 {
  return f32x4.mul(logistic(u), f32x4.add(splat(1), f32x4.mul(w, logistic(f32x4.neg(u)))));
}

function tanh(x: v128): v128 {
  const s = f32x4.mul(x, x);
  let p = splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, s), splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, s), splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, s), splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, s), splat(-3.33332819422e-1));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(x, s), p));
  const size = f32x4.abs(x);
  const e = exp(f32x4.mul(splat(-2), size));
  const one = splat(1);
  const far = f32x4.mul(sign(x), f32x4.div(f32x4.sub(one, e), f32x4.add(one, e)));
  return select(near, far, f32x4.lt(size, splat(0.625)));
}

function exponentialUnit(x: v128, alpha: v128): v128 {
  return select(x, f32x4.mul(alpha, expm1(f32x4.pmin(x, splat(0)))), positive(x));
}

function normalCdf(x: v128): v128 {
  const tail = f32x4.mul(splat(0.5), erfcOfPositive(f32x4.mul(f32x4.abs(x), splat(0.70710678118654752))));
  return select(f32x4.sub(splat(1), tail), tail, positive(x));
}

function erfcOfPositive(z: v128): v128 {
  const one = splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(splat(0.5), z)));
  let p = splat(0.17087277);
  p = f32x4.add(f32x4.mul(p, t), splat(-0.82215223));
  p = f32x4.add(f32x4.mul(p, t), splat(1.48851587));
  p = f32x4.add(f32x4.mul(p, t), splat(-1.13520398));
  p = f32x4.add(f32x4.mul(p, t), splat(0.27886807));
  p = f32x4.add(f32x4.mul(p, t), splat(-0.18628806));
  p = f32x4.add(f32x4.mul(p, t), splat(0.09678418));
  p = f32x4.add(f32x4.mul(p, t), splat(0.37409196));
  p = f32x4.add(f32x4.mul(p, t), splat(1.00002368));
  p = f32x4.add(f32x4.mul(p, t), splat(-1.26551223));
  const most = f32x4.pmin(z, splat(20));
  const high = v128.and(most, i32x4.splat(<i32>0xfffff000));
  const rest = f32x4.mul(f32x4.sub(high, most), f32x4.add(high, most));
  return f32x4.mul(f32x4.mul(t, exp(f32x4.neg(f32x4.mul(high, high)))), exp(f32x4.add(rest, p)));
}

function geluArgument(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(f32x4.mul(splat(CUBIC), x), x), x);
  return f32x4.mul(splat(TWO_SQRT_2_OVER_PI), f32x4.add(x, cube));
}

function tanhSoftplus(x: v128): v128 {
  const two = splat(2);
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const below = f32x4.mul(e, f32x4.add(e, two));
  const above = f32x4.add(splat(1), f32x4.mul(two, e));
  const n = select(above, below, positive(x));
  return f32x4.div(n, f32x4.add(n, select(f32x4.mul(two, f32x4.mul(e, e)), two, positive(x))));
}

function mishSlope(x: v128): v128 {
  const one = splat(1);
  const two = splat(2);
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const square = f32x4.mul(two, f32x4.mul(e, e));
  const below = f32x4.add(f32x4.mul(e, f32x4.add(e, two)), two);
  const above = f32x4.add(f32x4.add(one, f32x4.mul(two, e)), square);
  const remainder = f32x4.div(select(square, two, positive(x)), select(above, below, positive(x))); // 1 − tanh s
  const t = tanhSoftplus(x);
  return f32x4.add(t, f32x4.mul(f32x4.mul(x, remainder), f32x4.mul(f32x4.add(one, t), logistic(x))));
}
