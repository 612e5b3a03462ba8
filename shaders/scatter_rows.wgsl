// Puts a batch's results in their place: data[permutation[first + r]] = batch[r], the inverse of gather_rows.
//   batch [M, WIDTH] · permutation [samples] · data [samples, WIDTH]. A thread copies one number.
const M: u32 = 1u; // @specialise
const WIDTH: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { first: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> batch: array<f32, M * WIDTH>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read_write> data: array<f32>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= current.rows * WIDTH) { return; }
  data[permutation[current.first + i / WIDTH] * WIDTH + i % WIDTH] = batch[i];
}
