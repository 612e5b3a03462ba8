// What the error metrics are made from, summed over a workgroup's rows and their outputs:
//   Σ (y − s)² / N, Σ |y − s| / N, Σ s / N, Σ s² / N
//   y [M, N] · target_rows [samples, WIDTH + WEIGHTED] · metrics [slots, STRIDE, 2], two pairs a workgroup from
//   OFFSET on
// A thread computes one row, a workgroup adds up 64.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override STRIDE: u32 = 1;
override OFFSET: u32 = 0;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, slot: u32 }
// @link lib/targets.wgsl
override GATHER: bool = false;
// @link lib/targets.wgsl
fn target_start(source: u32) -> u32 { return source; }
// @link lib/targets.wgsl
fn target_column(j: u32) -> u32 { return j; }
// @link lib/targets.wgsl
fn decode_target(stored: f32, j: u32) -> f32 { return stored; }

@group(0) @binding(0) var<storage, read> y: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> target_rows: array<f32>;
@group(0) @binding(2) var<storage, read> permutation: array<u32>;
@group(0) @binding(3) var<storage, read_write> metrics: array<vec2f>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> sums: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  var sum = vec4f();
  if (id.x < current.rows) {
    var source = id.x;
    if (GATHER) { source = permutation[current.first + id.x]; }
    for (var j = 0u; j < N; j++) {
      let wanted = decode_target(target_rows[target_start(source) + target_column(j)], j);
      let error = y[id.x * N + j] - wanted;
      sum += vec4f(error * error, abs(error), wanted, wanted * wanted) / f32(N);
    }
  }
  sums[thread] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  if (thread == 0u) {
    let at = current.slot * STRIDE + OFFSET + 2u * group.x;
    metrics[at] = sums[0].xy;
    metrics[at + 1u] = sums[0].zw;
  }
}
