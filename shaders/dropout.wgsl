// Inverted dropout (Srivastava et al., 2014): Y = X ∘ mask / (1 − rate), and the same again for the delta, with
// the mask drawn anew from the same counters in place of being stored.
//   x [M, N] · y [M, N]. An element is dropped when its random bits are below THRESHOLD = rate · 2³².
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override SEED: u32 = 0;
override THRESHOLD: u32 = 0;
override SCALE: f32 = 1.0; // 1 / (1 − rate)

// @link lib/step.wgsl
struct Step { rows: u32, index: u32 }
// @link lib/random.wgsl
fn random_bits(seed: u32, step_index: u32, element: u32) -> u32 { return seed; }

@group(0) @binding(0) var<storage, read> x: array<f32, M * N>;
@group(0) @binding(1) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= current.rows * N) { return; }
  y[i] = select(x[i] * SCALE, 0.0, random_bits(SEED, current.index, i) < THRESHOLD);
}
