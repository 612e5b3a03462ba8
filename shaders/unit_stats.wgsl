// What the units of a layer pass back, over the batch's rows: Σ |δ|, and the largest |F′|, which is 0 for a unit
// that is dead and close to it for one that is saturated.
//   delta [M, N] · kept [M, N], what the activation's derivative is computed from
//   stats [all layers' numbers], this layer's N pairs from OFFSET on
// A thread looks at one unit.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override OFFSET: u32 = 0;

// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/activation.wgsl
fn activate_derivative(kept: f32) -> f32 { return 1.0; }

@group(0) @binding(0) var<storage, read> delta: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> kept: array<f32, M * N>;
@group(0) @binding(2) var<storage, read_write> stats: array<f32>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= N) { return; }
  var sum = 0.0;
  var slope = 0.0;
  for (var m = 0u; m < current.rows; m++) {
    let at = m * N + n;
    sum += abs(delta[at]);
    slope = max(slope, abs(activate_derivative(kept[at])));
  }
  stats[OFFSET + 2u * n] = sum;
  stats[OFFSET + 2u * n + 1u] = slope;
}
