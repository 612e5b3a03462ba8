// weight_gradient and weight_update in one: the gradient never leaves the registers.
//   x [rows, K] · delta [M, N] · parameters [K + 1, N] · moments [MOMENTS, K + 1, N]
// With GATHER the batch's rows of x are picked through the permutation.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise
override GATHER: bool = false;
override USE_BIAS: bool = true;

// @link lib/matmul/registers.wgsl
const THREADS: u32 = 64u;
// @link lib/matmul/registers.wgsl
fn multiply(thread: u32) { }
// @link lib/step.wgsl
struct Step { first: u32, rows: u32 }
// @link lib/optimizer.wgsl
override MOMENTS: u32 = 0;
// @link lib/optimizer.wgsl
struct Weight { value: f32, first: f32, second: f32, third: f32 }
// @link lib/optimizer.wgsl
fn optimizer_step(old: Weight, gradient: f32, now: Step) -> Weight { return old; }
// @link lib/regulariser.wgsl
fn full_gradient(gradient: f32, weight: f32, in_kernel: bool) -> f32 { return gradient; }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read> delta: array<f32, M * N>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(4) var<storage, read_write> moments: array<f32>;
@group(1) @binding(0) var<uniform> current: Step;

// Read once: optimizers ask for most of its fields at every weight.
var<private> now: Step;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  now = current;
  multiply(id.x + id.y * groups.x * THREADS);
}

fn row_count() -> u32 {
  if (USE_BIAS) { return K + 1u; }
  return K;
}
fn column_count() -> u32 { return N; }
fn term_count() -> u32 { return current.rows; }

fn left_start(row: u32) -> u32 { return row; }
fn left_step(term: u32) -> u32 {
  if (GATHER) { return permutation[now.first + term] * K; }
  return term * K;
}
// What a column of ones would read lies beyond the row, or the data, and is dropped.
fn left(start: u32, step: u32) -> f32 { return select(x[start + step], 1.0, start == K); }

fn right_start(column: u32) -> u32 { return column; }
fn right_step(term: u32) -> u32 { return term * N; }
fn right(start: u32, step: u32) -> f32 { return delta[start + step]; }

fn store(row: u32, column: u32, sum: f32) {
  let at = row * N + column;
  var weight = Weight(parameters[at], 0.0, 0.0, 0.0);
  if (MOMENTS > 0u) { weight.first = moments[at]; }
  if (MOMENTS > 1u) { weight.second = moments[(K + 1u) * N + at]; }
  if (MOMENTS > 2u) { weight.third = moments[2u * (K + 1u) * N + at]; }
  let slope = full_gradient(sum, weight.value, row < K);
  weight = optimizer_step(weight, slope, now);
  parameters[at] = weight.value;
  if (MOMENTS > 0u) { moments[at] = weight.first; }
  if (MOMENTS > 1u) { moments[(K + 1u) * N + at] = weight.second; }
  if (MOMENTS > 2u) { moments[2u * (K + 1u) * N + at] = weight.third; }
}
