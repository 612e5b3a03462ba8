// Softmax over each row: y_j = e^(x_j − max) / Σ e^(x_i − max).
//   x [M, N] · y [M, N]. A thread computes one row.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/exp.wgsl
fn exp_accurate(x: f32) -> f32 { return exp(x); }

@group(0) @binding(0) var<storage, read> x: array<f32, M * N>;
@group(0) @binding(1) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= current.rows) { return; }
  let row = id.x * N;
  var largest = x[row];
  for (var j = 1u; j < N; j++) { largest = max(largest, x[row + j]); }
  var sum = 0.0;
  for (var j = 0u; j < N; j++) {
    let e = exp_accurate(x[row + j] - largest);
    y[row + j] = e;
    sum += e;
  }
  for (var j = 0u; j < N; j++) { y[row + j] /= sum; }
}
