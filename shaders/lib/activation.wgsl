// The activations F and their derivatives F′. The derivative is a function of the *output* y = F(x), so the
// backward pass needs no pre-activation.
override ACTIVATION: u32 = 0;
override A: f32 = 1.0; // scaled sigmoid: F(x) = A / (1 + e^(−x/B))
override B: f32 = 1.0;

const LINEAR: u32 = 0u;
const SIGMOID: u32 = 1u;
const TANH: u32 = 2u;
const RELU: u32 = 3u;

// @link lib/exp.wgsl
fn exp_accurate(x: f32) -> f32 { return exp(x); }

fn activate(x: f32) -> f32 {
  switch ACTIVATION {
    case SIGMOID: { return A * logistic(x / B); }
    case TANH: { return tanh_accurate(x); }
    case RELU: { return max(x, 0.0); }
    default: { return x; }
  }
}

// F′ as a function of y = F(x). Sigmoid: F′ = y (A − y) / (A B), which is y (1 − y) only when A = B = 1.
fn activate_derivative(y: f32) -> f32 {
  switch ACTIVATION {
    case SIGMOID: { return y * (A - y) / (A * B); }
    case TANH: { return (1.0 - y) * (1.0 + y); }
    case RELU: { return select(0.0, 1.0, y > 0.0); }
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
