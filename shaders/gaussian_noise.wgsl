// Y = X + STDDEV · n, n standard normal by Box and Muller: √(−2 ln u) cos 2πv. The gradient passes unchanged.
//   x [M, N] · y [M, N]
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override SEED: u32 = 0;
override STDDEV: f32 = 1.0;

// @link lib/step.wgsl
struct Step { rows: u32, index: u32 }
// @link lib/random.wgsl
fn random_bits(seed: u32, step_index: u32, element: u32) -> u32 { return seed; }
// @link lib/random.wgsl
fn random_unit(bits: u32) -> f32 { return f32(bits); }
// @link lib/random.wgsl
fn cos_turns(turns: f32) -> f32 { return cos(turns); }
// @link lib/log.wgsl
fn log_accurate(x: f32) -> f32 { return log(x); }

@group(0) @binding(0) var<storage, read> x: array<f32, M * N>;
@group(0) @binding(1) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= current.rows * N) { return; }
  let u = 1.0 - random_unit(random_bits(SEED, current.index, 2u * i)); // in (0, 1]
  let v = random_unit(random_bits(SEED, current.index, 2u * i + 1u));
  y[i] = x[i] + STDDEV * sqrt(-2.0 * log_accurate(u)) * cos_turns(v);
}
