// The activations F and their derivatives F′. A derivative is computed from what the forward pass kept: the
// *output* y = F(x), where F′ follows from it, so that no pre-activation is stored; else the input x.
override ACTIVATION: u32 = 0;
override A: f32 = 1.0; // scaled sigmoid: a / (1 + e^(−x/b)); leaky relu: slope; elu: alpha; hard sigmoid: slope
override B: f32 = 1.0; // hard sigmoid: offset

const LINEAR: u32 = 0u;
const SIGMOID: u32 = 1u;
const TANH: u32 = 2u;
const RELU: u32 = 3u;
const LEAKY_RELU: u32 = 4u;
const ELU: u32 = 5u;
const SELU: u32 = 6u;
const SOFTSIGN: u32 = 7u;
const HARD_SIGMOID: u32 = 8u;
// From here on the derivative is computed from the input.
const SOFTPLUS: u32 = 9u;
const GELU: u32 = 10u;
const GELU_TANH: u32 = 11u;
const SWISH: u32 = 12u;
const MISH: u32 = 13u;

// Klambauer et al., Self-Normalizing Neural Networks, 2017.
const SELU_SCALE: f32 = 1.0507009873554805;
const SELU_ALPHA: f32 = 1.6732632423543772;
const SQRT_HALF: f32 = 0.70710678118654752;
const SQRT_2_OVER_PI: f32 = 0.79788456080286536;
const CUBIC: f32 = 0.044715; // of the tanh form of gelu

// @link lib/exp.wgsl
fn exp_accurate(x: f32) -> f32 { return exp(x); }
// @link lib/exp.wgsl
fn expm1_accurate(x: f32) -> f32 { return exp(x) - 1.0; }
// @link lib/log.wgsl
fn log1p(x: f32) -> f32 { return log(1.0 + x); }

fn activate(x: f32) -> f32 {
  return activation(x, ACTIVATION, A, B);
}

fn activate_derivative(kept: f32) -> f32 {
  return activation_slope(kept, ACTIVATION, A, B);
}

fn activation(x: f32, kind: u32, a: f32, b: f32) -> f32 {
  switch kind {
    case SIGMOID: { return a * logistic(x / b); }
    case TANH: { return tanh_accurate(x); }
    case RELU: { return max(x, 0.0); }
    case LEAKY_RELU: { return select(a * x, x, x > 0.0); }
    case ELU: { return exponential_unit(x, a); }
    case SELU: { return SELU_SCALE * exponential_unit(x, SELU_ALPHA); }
    case SOFTSIGN: { return x / (1.0 + abs(x)); }
    case HARD_SIGMOID: { return clamp(a * x + b, 0.0, 1.0); }
    case SOFTPLUS: { return max(x, 0.0) + log1p(exp_accurate(-abs(x))); }
    case GELU: { return x * normal_cdf(x); }
    case GELU_TANH: { return x * logistic(gelu_argument(x)); }
    case SWISH: { return x * logistic(x); }
    case MISH: { return x * tanh_softplus(x); }
    default: { return x; }
  }
}

// F′ from what was kept: y = F(x) up to HARD_SIGMOID, x itself after it.
// Sigmoid: F′ = y (a − y) / (a b), which is y (1 − y) only when a = b = 1.
fn activation_slope(kept: f32, kind: u32, a: f32, b: f32) -> f32 {
  switch kind {
    case SIGMOID: { return kept * (a - kept) / (a * b); }
    case TANH: { return (1.0 - kept) * (1.0 + kept); }
    case RELU: { return select(0.0, 1.0, kept > 0.0); }
    case LEAKY_RELU: { return select(a, 1.0, kept > 0.0); }
    case ELU: { return select(kept + a, 1.0, kept > 0.0); }
    case SELU: { return select(kept + SELU_SCALE * SELU_ALPHA, SELU_SCALE, kept > 0.0); }
    case SOFTSIGN: { return (1.0 - abs(kept)) * (1.0 - abs(kept)); }
    case HARD_SIGMOID: { return select(0.0, a, kept > 0.0 && kept < 1.0); }
    case SOFTPLUS: { return logistic(kept); }
    case GELU: { return normal_cdf(kept) + kept * normal_density(kept); }
    case GELU_TANH: { return gelu_tanh_derivative(kept); }
    case SWISH: { return logistic(kept) * (1.0 + kept * logistic(-kept)); }
    case MISH: { return mish_derivative(kept); }
    default: { return 1.0; }
  }
}

// 1 / (1 + e^−x) from e^−|x|, which cannot overflow.
fn logistic(x: f32) -> f32 {
  let e = exp_accurate(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

// Near 0 from its own polynomial (Cephes, tanhf): 1 − 2/(e^2|x| + 1) would lose all digits there.
fn tanh_accurate(x: f32) -> f32 {
  let s = x * x;
  var p = -5.70498872745e-3;
  p = p * s + 2.06390887954e-2;
  p = p * s - 5.37397155531e-2;
  p = p * s + 1.33314422036e-1;
  p = p * s - 3.33332819422e-1;
  let e = exp_accurate(-2.0 * abs(x));
  let far = sign(x) * ((1.0 - e) / (1.0 + e));
  return select(far, x + x * s * p, abs(x) < 0.625);
}

fn exponential_unit(x: f32, alpha: f32) -> f32 {
  return select(alpha * expm1_accurate(min(x, 0.0)), x, x > 0.0);
}

// Φ(x) = ½ erfc(−x/√2): erfc keeps the digits of the left tail, where 1 + erf would cancel.
fn normal_cdf(x: f32) -> f32 {
  let tail = 0.5 * erfc_positive(abs(x) * SQRT_HALF);
  return select(tail, 1.0 - tail, x > 0.0);
}

fn normal_density(x: f32) -> f32 {
  return 0.5 * SQRT_2_OVER_PI * exp_accurate(-0.5 * x * x);
}

// erfc(z) for z ≥ 0, relative error below 1.2e-7 (Press et al., Numerical Recipes, §6.2). The square is taken
// of the leading 12 bits, exactly, and of the rest apart: rounding z² would show in the exponential.
fn erfc_positive(z: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * z);
  var p = 0.17087277;
  p = p * t - 0.82215223;
  p = p * t + 1.48851587;
  p = p * t - 1.13520398;
  p = p * t + 0.27886807;
  p = p * t - 0.18628806;
  p = p * t + 0.09678418;
  p = p * t + 0.37409196;
  p = p * t + 1.00002368;
  p = p * t - 1.26551223;
  let high = bitcast<f32>(bitcast<u32>(min(z, 20.0)) & 0xfffff000u);
  return t * exp_accurate(-high * high) * exp_accurate((high - min(z, 20.0)) * (high + min(z, 20.0)) + p);
}

// ½ (1 + tanh u) is the logistic function of 2u: this is 2u.
fn gelu_argument(x: f32) -> f32 {
  return 2.0 * SQRT_2_OVER_PI * (x + CUBIC * x * x * x);
}

fn gelu_tanh_derivative(x: f32) -> f32 {
  let u = gelu_argument(x);
  let slope = 2.0 * SQRT_2_OVER_PI * (1.0 + 3.0 * CUBIC * x * x);
  return logistic(u) * (1.0 + x * slope * logistic(-u));
}

// tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2), written with e^−x where x > 0.
fn tanh_softplus(x: f32) -> f32 {
  let e = exp_accurate(-abs(x));
  let below = e * (e + 2.0);
  let above = 1.0 + 2.0 * e;
  return select(below / (below + 2.0), above / (above + 2.0 * e * e), x > 0.0);
}

// tanh s + x (1 − tanh² s) σ(x) with s = softplus(x); 1 − tanh² s from the same e, without cancellation.
fn mish_derivative(x: f32) -> f32 {
  let e = exp_accurate(-abs(x));
  let below = e * (e + 2.0) + 2.0;
  let above = 1.0 + 2.0 * e + 2.0 * e * e;
  let remainder = select(2.0 / below, 2.0 * e * e / above, x > 0.0); // 1 − tanh s
  let t = tanh_softplus(x);
  return t + x * remainder * (1.0 + t) * logistic(x);
}
