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

// cos 2πv for v in [0, 1), to 2e-7: WGSL allows the built-in 2⁻¹¹. From the Taylor series over a quarter turn.
fn cos_turns(turns: f32) -> f32 {
  let from_whole = min(turns, 1.0 - turns); // in [0, ½]
  let from_half = min(from_whole, 0.5 - from_whole); // in [0, ¼]
  let u = from_half * 6.28318530717958648;
  let s = u * u;
  var p = 1.0 / 479001600.0;
  p = p * s - 1.0 / 3628800.0;
  p = p * s + 1.0 / 40320.0;
  p = p * s - 1.0 / 720.0;
  p = p * s + 1.0 / 24.0;
  p = p * s - 0.5;
  p = p * s + 1.0;
  return select(p, -p, from_whole > 0.25);
}

fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
