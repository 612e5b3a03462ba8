// The exponential moving average of a layer's parameters, after an update of theirs: a ← a + (1 − m) (w − a), so that
// what does not change stays as it is to the bit. After the first step it is the parameters themselves, as in Keras.
//   parameters [SIZE or more] · average [SIZE or more]
const SIZE: u32 = 1u; // @specialise
override SHARE: f32 = 0.01; // 1 − m

// @link lib/step.wgsl
struct Step { index: u32 }

@group(0) @binding(0) var<storage, read> parameters: array<f32>;
@group(0) @binding(1) var<storage, read_write> average: array<f32>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= SIZE) { return; }
  let weight = parameters[i];
  average[i] = select(average[i] + SHARE * (weight - average[i]), weight, current.index == 0u);
}
