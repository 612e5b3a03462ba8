// The loss, its derivative by the output layer's pre-activation, and the metrics, by the formulas of lib/loss.wgsl.
//   y [M, N] · target_rows [samples, WIDTH + WEIGHTED], WIDTH = N, or 1 for labels; the weight is the last column
//   delta [M, N] · metrics [slots, STRIDE, 2]: for each workgroup the sums over its rows of the loss and of the
//   rows predicted right
// A thread computes one row, a workgroup adds up 64.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override STRIDE: u32 = 1; // sums that a step leaves in the metrics table, these and others

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, slot: u32 }
// @link lib/loss.wgsl
fn row_sums(row: u32, source: u32, rows: u32) -> vec2f { return vec2f(); }
// @link lib/targets.wgsl
override GATHER: bool = false;
// @link lib/targets.wgsl
fn target_start(source: u32) -> u32 { return source; }

@group(0) @binding(0) var<storage, read> y: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> target_rows: array<f32>;
@group(0) @binding(2) var<storage, read> permutation: array<u32>;
@group(0) @binding(3) var<storage, read_write> delta: array<f32, M * N>;
@group(0) @binding(4) var<storage, read_write> metrics: array<vec2f>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> sums: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  sums[thread] = vec2f();
  if (id.x < current.rows) {
    sums[thread] = row_sums(id.x * N, target_start(source_row(id.x)), current.rows);
  }
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  if (thread == 0u) { metrics[current.slot * STRIDE + group.x] = sums[0]; }
}

fn source_row(row: u32) -> u32 {
  if (GATHER) { return permutation[current.first + row]; }
  return row;
}

fn output_at(i: u32) -> f32 { return y[i]; }

fn set_delta(i: u32, value: f32) { delta[i] = value; }

fn stored_target(i: u32) -> f32 { return target_rows[i]; }
