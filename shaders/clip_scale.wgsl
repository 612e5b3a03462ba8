// Clipping by global norm: what to multiply every gradient by, min(1, CLIP_NORM / (‖g‖ + 1e-6)), as
// torch.nn.utils.clip_grad_norm_ has it.
//   squares [COUNT] from gradient_norm · gradient_scale [1]
const COUNT: u32 = 1u; // @specialise
override CLIP_NORM: f32 = 1.0;

@group(0) @binding(0) var<storage, read> squares: array<f32, COUNT>;
@group(0) @binding(1) var<storage, read_write> gradient_scale: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  for (var i = thread; i < COUNT; i += 64u) { sum += squares[i]; }
  sums[thread] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  if (thread == 0u) { gradient_scale[0] = min(1.0, CLIP_NORM / (sqrt(sums[0]) + 1e-6)); }
}
