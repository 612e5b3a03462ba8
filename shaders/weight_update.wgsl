// The optimizer's step on a dense layer's parameters, element by element.
//   gradient [K + 1, N] · parameters [K + 1, N] · moments [MOMENTS, K + 1, N]
// Without a bias its row stays as it is: zero.
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise
override USE_BIAS: bool = true;

// @link lib/step.wgsl
struct Step { rate: f32, correction: f32 }
// @link lib/optimizer.wgsl
override MOMENTS: u32 = 0;
// @link lib/optimizer.wgsl
struct Weight { value: f32, first: f32, second: f32 }
// @link lib/optimizer.wgsl
fn optimizer_step(old: Weight, gradient: f32, rate: f32, correction: f32) -> Weight { return old; }

@group(0) @binding(0) var<storage, read> gradient: array<f32, (K + 1u) * N>;
@group(0) @binding(1) var<storage, read_write> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(2) var<storage, read_write> moments: array<f32>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= select(K, K + 1u, USE_BIAS) * N) { return; }
  update(i, gradient[i]);
}

fn update(i: u32, slope: f32) {
  var old = Weight(parameters[i], 0.0, 0.0);
  if (MOMENTS > 0u) { old.first = moments[i]; }
  if (MOMENTS > 1u) { old.second = moments[(K + 1u) * N + i]; }
  let updated = optimizer_step(old, slope, current.rate, current.correction);
  parameters[i] = updated.value;
  if (MOMENTS > 0u) { moments[i] = updated.first; }
  if (MOMENTS > 1u) { moments[(K + 1u) * N + i] = updated.second; }
}
