// The gradient of a dense layer's parameters: ∂E/∂W = Xᵀ·Δ, and ∂E/∂b = Σ over rows of Δ, which is the same
// product with a column of ones beside X.
//   x [rows, K] · delta [M, N] · parameters [K + 1, N], for the regulariser
//   gradient [K + 1, N], the bias' being row K
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
// @link lib/regulariser.wgsl
fn full_gradient(gradient: f32, weight: f32, in_kernel: bool) -> f32 { return gradient; }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read> delta: array<f32, M * N>;
@group(0) @binding(3) var<storage, read> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32, (K + 1u) * N>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  multiply(id.x + id.y * groups.x * THREADS);
}

fn row_count() -> u32 { return K + 1u; }
fn column_count() -> u32 { return N; }
fn term_count() -> u32 { return current.rows; }

fn left_start(row: u32) -> u32 { return row; }
fn left_step(term: u32) -> u32 {
  if (GATHER) { return permutation[current.first + term] * K; }
  return term * K;
}
// What a column of ones would read lies beyond the row, or the data, and is dropped.
fn left(start: u32, step: u32) -> f32 { return select(x[start + step], 1.0, start == K); }

fn right_start(column: u32) -> u32 { return column; }
fn right_step(term: u32) -> u32 { return term * N; }
fn right(start: u32, step: u32) -> f32 { return delta[start + step]; }

fn store(row: u32, column: u32, sum: f32) {
  let at = row * N + column;
  gradient[at] = full_gradient(sum, parameters[at], row < K);
}
