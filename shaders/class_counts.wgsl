// Counts what was predicted for which class, over as many steps as the counts are kept:
//   counts [CLASSES, CLASSES] rows of the true class × predictions, and for a single output, whose classes are
//   its two sides, after them [2, BINS]: for either class how often the output fell in each bin of [0, 1]
//   y [M, N] · target_rows [samples, WIDTH + WEIGHTED]. A thread counts one row; integers add up in any order.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override BINS: u32 = 1;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32 }
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
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= current.rows) { return; }
  var source = id.x;
  if (GATHER) { source = permutation[current.first + id.x]; }
  let start = target_start(source);
  if (N == 1u) {
    let label = select(0u, 1u, target_rows[start] > 0.5);
    let out = y[id.x];
    atomicAdd(&counts[2u * label + select(0u, 1u, out > 0.5)], 1u);
    let bin = min(u32(clamp(out, 0.0, 1.0) * f32(BINS)), BINS - 1u);
    atomicAdd(&counts[4u + label * BINS + bin], 1u);
  } else {
    var wanted = 0u;
    var top = 0u;
    for (var j = 1u; j < N; j++) {
      if (target_of(start, j) > target_of(start, wanted)) { wanted = j; }
      if (y[id.x * N + j] > y[id.x * N + top]) { top = j; }
    }
    atomicAdd(&counts[wanted * N + top], 1u);
  }
}

fn target_of(start: u32, j: u32) -> f32 {
  return decode_target(target_rows[start + target_column(j)], j);
}
