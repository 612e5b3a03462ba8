// An activation layer of its own, forward: Y = F(X), element by element.
//   x [M, N] · y [M, N]
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/activation.wgsl
fn activate(x: f32) -> f32 { return x; }

@group(0) @binding(0) var<storage, read> x: array<f32, M * N>;
@group(0) @binding(1) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= current.rows * N) { return; }
  y[i] = activate(x[i]);
}
