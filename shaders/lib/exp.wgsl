// e^x to within 1 ULP for every finite x; the built-in may be 60 ULP off.
// Cody–Waite: x = n·ln 2 + r with |r| ≤ ½ ln 2, e^x = 2^n · e^r, and e^r from a polynomial (Cephes, expf).
// Below −87.33 the result would be subnormal: it is 0. Above 88.72 it is +infinity.
const LOG2_E: f32 = 1.44269504088896341;
const LN2_HIGH: f32 = 0.693359375; // exact in 10 bits: n · LN2_HIGH has no rounding
const LN2_LOW: f32 = -2.12194440e-4;
const HALF_LN2: f32 = 0.34657359;

fn exp_accurate(x: f32) -> f32 {
  let within = clamp(x, -88.0, 89.0);
  let n = round(within * LOG2_E);
  let e = reduced_expm1((within - n * LN2_HIGH) - n * LN2_LOW) + 1.0;
  // 2^n in two factors: n = 128 has no float of its own.
  let half = i32(n) / 2;
  let scaled = e * power_of_two(half) * power_of_two(i32(n) - half);
  return select(scaled, 0.0, x < -87.33);
}

// e^x − 1, without the digits that the subtraction would lose near 0.
fn expm1_accurate(x: f32) -> f32 {
  return select(exp_accurate(x) - 1.0, reduced_expm1(x), abs(x) < HALF_LN2);
}

// e^r − 1 for |r| ≤ ½ ln 2.
fn reduced_expm1(r: f32) -> f32 {
  var p = 1.9875691500e-4;
  p = p * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  return p * r * r + r;
}

fn power_of_two(n: i32) -> f32 {
  return bitcast<f32>((n + 127) << 23u);
}
