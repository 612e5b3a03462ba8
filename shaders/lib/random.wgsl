// Counter-based random numbers: the same counters give the same number on every device, and nothing is stored.
// PCG-RXS-M-XS as a hash (Jarzynski & Olano, Hash Functions for GPU Rendering, JCGT 2020), chained over a seed,
// the step and the element.
fn random_bits(seed: u32, step_index: u32, element: u32) -> u32 {
  return pcg(element + pcg(step_index + pcg(seed)));
}

// Uniform in [0, 1), of 24 bits: exactly representable.
fn random_unit(bits: u32) -> f32 {
  return f32(bits >> 8u) * (1.0 / 16777216.0);
}

// cos 2πt for |t| ≤ 1, to 3e-7 and exactly 1 at 0: WGSL allows the built-in 2⁻¹¹.
fn cos_turns(turns: f32) -> f32 {
  let half = sin_turns(0.5 * turns);
  return 1.0 - 2.0 * half * half;
}

// sin 2πt for |t| ≤ ½, to 1e-7 and exactly 0 at 0. From the Taylor series over a quarter turn.
fn sin_turns(turns: f32) -> f32 {
  let u = 6.28318530717958648 * min(abs(turns), 0.5 - abs(turns)); // in [0, π/2]
  let s = u * u;
  var p = 1.0 / 6227020800.0;
  p = p * s - 1.0 / 39916800.0;
  p = p * s + 1.0 / 362880.0;
  p = p * s - 1.0 / 5040.0;
  p = p * s + 1.0 / 120.0;
  p = p * s - 1.0 / 6.0;
  p = p * s + 1.0;
  return sign(turns) * u * p;
}

fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
