// Y = X + STDDEV · n, n standard normal. The gradient passes unchanged.
//   x [rows, N] · y [M, N]
// With GATHER the batch's rows of x are picked through the permutation.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override GATHER: bool = false;
override SEED: u32 = 0;
override STDDEV: f32 = 1.0;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, index: u32 }
// @link lib/normal.wgsl
fn standard_normal(seed: u32, step_index: u32, element: u32) -> f32 { return 0.0; }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= current.rows * N) { return; }
  var source = i;
  if (GATHER) { source = permutation[current.first + i / N] * N + i % N; }
  y[i] = x[source] + STDDEV * standard_normal(SEED, current.index, i);
}
