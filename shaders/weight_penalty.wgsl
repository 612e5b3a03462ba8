// A layer's part of the reported loss: λ₁ Σ|w| + λ₂ Σw² over its kernel, for each 4096 weights. The table's sums
// are over the batch's rows, so the penalty counts once for each row.
//   parameters [SIZE or more], the kernel first · metrics [slots, STRIDE, 2], this layer's from OFFSET on
// A thread adds up 64 weights, a workgroup its 64 threads.
const SIZE: u32 = 1u; // @specialise
override STRIDE: u32 = 1;
override OFFSET: u32 = 0;
override L1: f32 = 0.0;
override L2: f32 = 0.0;

// @link lib/step.wgsl
struct Step { rows: u32, slot: u32 }

@group(0) @binding(0) var<storage, read> parameters: array<f32>;
@group(0) @binding(1) var<storage, read_write> metrics: array<vec2f>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  var sum = 0.0;
  let start = group.x * 4096u + thread;
  for (var i = start; i < min(start + 4096u, SIZE); i += 64u) {
    let weight = parameters[i];
    sum += L1 * abs(weight) + L2 * weight * weight;
  }
  sums[thread] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  if (thread == 0u) {
    metrics[current.slot * STRIDE + OFFSET + group.x] = vec2f(sums[0] * f32(current.rows), 0.0);
  }
}
