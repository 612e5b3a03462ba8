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

fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
