// An activation layer of its own, backward: ∂E/∂X = ∂E/∂Y ∘ F′, with F′ from what the forward pass kept.
//   kept [M, N], Y or X · upstream [M, N] = ∂E/∂Y · delta [M, N] = ∂E/∂X
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/activation.wgsl
fn activate_derivative(kept: f32) -> f32 { return 1.0; }

@group(0) @binding(0) var<storage, read> kept: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> upstream: array<f32, M * N>;
@group(0) @binding(2) var<storage, read_write> delta: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= current.rows * N) { return; }
  delta[i] = upstream[i] * activate_derivative(kept[i]);
}
