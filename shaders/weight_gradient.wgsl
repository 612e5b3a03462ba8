// The gradient of a dense layer's parameters: ∂E/∂W = Xᵀ·Δ, and ∂E/∂b = Σ over rows of Δ, which is the same
// product with a column of ones beside X.
//   x [rows, K] · delta [M, N] · parameters [K + 1, N], for the regulariser
//   gradient [K + 1, N], the bias' being row K
// With GATHER the batch's rows of x are picked through the permutation. A thread computes 4×4 outputs.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise
override GATHER: bool = false;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32 }
// @link lib/regulariser.wgsl
fn full_gradient(gradient: f32, weight: f32, in_kernel: bool) -> f32 { return gradient; }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read> delta: array<f32, M * N>;
@group(0) @binding(3) var<storage, read> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32, (K + 1u) * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tile = id.x + id.y * groups.x * 64u;
  let tiles_across = (N + 3u) / 4u;
  let row = tile / tiles_across * 4u;
  if (row > K) { return; }
  let rows = min(row + vec4u(0, 1, 2, 3), vec4u(K));
  let columns = min(tile % tiles_across * 4u + vec4u(0, 1, 2, 3), vec4u(N - 1u));

  var sum = mat4x4f(); // sum[i] holds row i
  for (var m = 0u; m < current.rows; m++) {
    let at = m * N + columns;
    let d = vec4f(delta[at.x], delta[at.y], delta[at.z], delta[at.w]);
    let a = inputs(m, rows);
    sum += mat4x4f(a.x * d, a.y * d, a.z * d, a.w * d);
  }
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      let at = rows[i] * N + columns[j];
      gradient[at] = full_gradient(sum[i][j], parameters[at], rows[i] < K);
    }
  }
}

// Four columns of X with ones beside it, in row m of the batch.
fn inputs(m: u32, columns: vec4u) -> vec4f {
  var row = m;
  if (GATHER) { row = permutation[current.first + m]; }
  let at = row * K + min(columns, vec4u(K - 1u));
  return select(vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), vec4f(1.0), columns == vec4u(K));
}
