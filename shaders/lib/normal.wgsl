// Standard normal numbers by Box and Muller: √(−2 ln u) cos 2πv. An element takes two random numbers.

// @link lib/random.wgsl
fn random_bits(seed: u32, step_index: u32, element: u32) -> u32 { return seed; }
// @link lib/random.wgsl
fn random_unit(bits: u32) -> f32 { return f32(bits); }
// @link lib/random.wgsl
fn cos_turns(turns: f32) -> f32 { return cos(turns); }
// @link lib/log.wgsl
fn log_accurate(x: f32) -> f32 { return log(x); }

fn standard_normal(seed: u32, step_index: u32, element: u32) -> f32 {
  let u = 1.0 - random_unit(random_bits(seed, step_index, 2u * element)); // in (0, 1]
  let v = random_unit(random_bits(seed, step_index, 2u * element + 1u));
  return sqrt(-2.0 * log_accurate(u)) * cos_turns(v);
}
