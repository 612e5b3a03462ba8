// Logarithms to within 2 ULP, also near 1: the built-in log is off by up to 2⁻²¹ there.
// ln x = e·ln 2 + 2·atanh(t), x = 2^e · m with m in [√½, √2), t = (m − 1)/(m + 1).
const SQRT_2: f32 = 1.41421356;
const LN_2: f32 = 0.69314718;

// ln(1 + x) for x > −1, also where x is tiny.
fn log1p(x: f32) -> f32 {
  if (x > -0.29 && x < 0.41421356) {
    return two_atanh(x / (2.0 + x));
  }
  return log_accurate(1.0 + x);
}

// ln x for x > 0 and not subnormal.
fn log_accurate(x: f32) -> f32 {
  let split = frexp(x); // fract in [½, 1)
  let lower = split.fract * SQRT_2 < 1.0;
  let m = select(split.fract, split.fract * 2.0, lower);
  let e = f32(select(split.exp, split.exp - 1, lower));
  return e * LN_2 + two_atanh((m - 1.0) / (m + 1.0));
}

fn two_atanh(t: f32) -> f32 {
  let s = t * t;
  let series = s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * (1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0)))));
  return 2.0 * (t + t * series);
}
