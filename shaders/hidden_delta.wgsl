// Back through a dense layer to the one before it: Δ_in = (Δ·Wᵀ) ∘ F′, F being the earlier layer's
// activation: δ_k = F′_k Σ_n δ_n w_kn.
//   delta [M, N] · parameters [K + 1, N] · kept [M, K] of the earlier layer · result [M, K]
//
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise

// @link lib/matmul/registers.wgsl
const THREADS: u32 = 64u;
// @link lib/matmul/registers.wgsl
fn multiply(thread: u32) { }
// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/activation.wgsl
fn activate_derivative(kept: f32) -> f32 { return 1.0; }

@group(0) @binding(0) var<storage, read> delta: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(2) var<storage, read> kept: array<f32, M * K>;
@group(0) @binding(3) var<storage, read_write> result: array<f32, M * K>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  multiply(id.x + id.y * groups.x * THREADS);
}

fn row_count() -> u32 { return current.rows; }
fn column_count() -> u32 { return K; }
fn term_count() -> u32 { return N; }

fn left_start(row: u32) -> u32 { return row * N; }
fn left_step(term: u32) -> u32 { return term; }
fn left(start: u32, step: u32) -> f32 { return delta[start + step]; }

fn right_start(column: u32) -> u32 { return column * N; }
fn right_step(term: u32) -> u32 { return term; }
fn right(start: u32, step: u32) -> f32 { return parameters[start + step]; }

fn store(row: u32, column: u32, sum: f32) {
  let at = row * K + column;
  result[at] = sum * activate_derivative(kept[at]);
}
