// Part of the gradient's global norm: the sum of the squares of a layer's gradient from START up to END, for each 4096
// of its numbers.
//   gradient [END or more] · squares [all groups of all layers], this layer's from OFFSET on
// A thread adds up 64 numbers, a workgroup its 64 threads.
override START: u32 = 0;
override END: u32 = 1;
override OFFSET: u32 = 0;

@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> squares: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  var sum = 0.0;
  let start = START + group.x * 4096u + thread;
  for (var i = start; i < min(start + 4096u, END); i += 64u) {
    sum += gradient[i] * gradient[i];
  }
  sums[thread] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  if (thread == 0u) { squares[OFFSET + group.x] = sums[0]; }
}
