// Back through a dense layer to the one before it: Δ_in = (Δ·Wᵀ) ∘ F′, F being the earlier layer's
// activation: δ_k = F′_k Σ_n δ_n w_kn.
//   delta [M, N] · parameters [K + 1, N] · kept [M, K] of the earlier layer · result [M, K]
// A thread computes 4×4 outputs.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/activation.wgsl
fn activate_derivative(kept: f32) -> f32 { return 1.0; }

@group(0) @binding(0) var<storage, read> delta: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(2) var<storage, read> kept: array<f32, M * K>;
@group(0) @binding(3) var<storage, read_write> result: array<f32, M * K>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tile = id.x + id.y * groups.x * 64u;
  let tiles_across = (K + 3u) / 4u;
  let row = tile / tiles_across * 4u;
  if (row >= current.rows) { return; }
  let rows = min(row + vec4u(0, 1, 2, 3), vec4u(current.rows - 1u));
  let columns = min(tile % tiles_across * 4u + vec4u(0, 1, 2, 3), vec4u(K - 1u));

  var sum = mat4x4f(); // sum[i] holds row i
  for (var n = 0u; n < N; n++) {
    let at = columns * N + n;
    let w = vec4f(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
    let d = rows * N + n;
    sum += mat4x4f(delta[d.x] * w, delta[d.y] * w, delta[d.z] * w, delta[d.w] * w);
  }
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      let at = rows[i] * K + columns[j];
      result[at] = sum[i][j] * activate_derivative(kept[at]);
    }
  }
}
