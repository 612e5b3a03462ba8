// Softmax, backward: δ_j = y_j (u_j − Σ_i u_i y_i), the row's Jacobian diag(y) − y yᵀ applied to u = ∂E/∂Y.
//   y [M, N] · upstream [M, N] · delta [M, N]. A thread computes one row.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { rows: u32 }

@group(0) @binding(0) var<storage, read> y: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> upstream: array<f32, M * N>;
@group(0) @binding(2) var<storage, read_write> delta: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= current.rows) { return; }
  let row = id.x * N;
  var mean = 0.0;
  for (var j = 0u; j < N; j++) { mean += upstream[row + j] * y[row + j]; }
  for (var j = 0u; j < N; j++) { delta[row + j] = y[row + j] * (upstream[row + j] - mean); }
}
