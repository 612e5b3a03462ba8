// Dense layer, forward: Y = F(X·W + b).
//   x [rows, K] · parameters [K + 1, N], W above its bias row · y [M, N]
// With GATHER the batch's rows of x are picked through the permutation.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise
override GATHER: bool = false;

// @link lib/matmul/registers.wgsl
const THREADS: u32 = 64u;
// @link lib/matmul/registers.wgsl
fn multiply(thread: u32) { }
// @link lib/step.wgsl
struct Step { first: u32, rows: u32 }
// @link lib/activation.wgsl
fn activate(x: f32) -> f32 { return x; }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(3) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  multiply(id.x + id.y * groups.x * THREADS);
}

fn row_count() -> u32 { return current.rows; }
fn column_count() -> u32 { return N; }
fn term_count() -> u32 { return K; }

fn left_start(row: u32) -> u32 {
  if (GATHER) { return permutation[current.first + row] * K; }
  return row * K;
}
fn left_step(term: u32) -> u32 { return term; }
fn left(start: u32, step: u32) -> f32 { return x[start + step]; }

fn right_start(column: u32) -> u32 { return column; }
fn right_step(term: u32) -> u32 { return term * N; }
fn right(start: u32, step: u32) -> f32 { return parameters[start + step]; }

fn store(row: u32, column: u32, sum: f32) {
  y[row * N + column] = activate(sum + parameters[K * N + column]);
}
