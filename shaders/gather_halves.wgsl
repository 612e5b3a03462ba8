// Draws a batch from a data set of 16-bit floats, two to a word: batch[r] = data[permutation[first + r]].
//   data [samples, WIDTH] · permutation [samples] · batch [M, WIDTH]. A thread unpacks one number.
const M: u32 = 1u; // @specialise
const WIDTH: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { first: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> data: array<u32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read_write> batch: array<f32, M * WIDTH>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= current.rows * WIDTH) { return; }
  let at = permutation[current.first + i / WIDTH] * WIDTH + i % WIDTH;
  let pair = unpack2x16float(data[at / 2u]);
  batch[i] = select(pair.x, pair.y, at % 2u == 1u);
}
