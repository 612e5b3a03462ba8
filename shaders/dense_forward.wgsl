// Dense layer, forward: Y = F(X·W + b).
//   x [rows, K] · parameters [K + 1, N], W above its bias row · y [M, N]
// With GATHER the batch's rows of x are picked through the permutation. A thread computes 4×4 outputs.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise
override GATHER: bool = false;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32 }
// @link lib/activation.wgsl
fn activate(x: f32) -> f32 { return x; }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(3) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tile = id.x + id.y * groups.x * 64u;
  let tiles_across = (N + 3u) / 4u;
  let row = tile / tiles_across * 4u;
  if (row >= current.rows) { return; }
  let rows = min(row + vec4u(0, 1, 2, 3), vec4u(current.rows - 1u));
  let columns = min(tile % tiles_across * 4u + vec4u(0, 1, 2, 3), vec4u(N - 1u));
  let sources = source_rows(rows) * K;

  let bias = K * N + columns;
  let b = vec4f(parameters[bias.x], parameters[bias.y], parameters[bias.z], parameters[bias.w]);
  var sum = mat4x4f(); // sum[i] holds row i
  for (var k = 0u; k < K; k++) {
    let at = k * N + columns;
    let w = vec4f(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
    sum += mat4x4f(x[sources.x + k] * w, x[sources.y + k] * w, x[sources.z + k] * w, x[sources.w + k] * w);
  }
  // Clamped rows and columns repeat the last one's value: storing it again is harmless.
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      y[rows[i] * N + columns[j]] = activate(sum[i][j] + b[j]);
    }
  }
}

fn source_rows(rows: vec4u) -> vec4u {
  if (!GATHER) { return rows; }
  let at = current.first + rows;
  return vec4u(permutation[at.x], permutation[at.y], permutation[at.z], permutation[at.w]);
}
