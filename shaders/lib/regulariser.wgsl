// What a layer adds to the gradient of its loss: the slopes of λ₁ Σ|w| and λ₂ Σw² over the kernel, not the bias;
// then the clipping of each number to ±CLIP_VALUE.
override L1: f32 = 0.0;
override L2: f32 = 0.0;
override CLIP_VALUE: f32 = 0.0; // 0: none

fn full_gradient(gradient: f32, weight: f32, in_kernel: bool) -> f32 {
  return regularised(gradient, weight, in_kernel, L1, L2);
}

fn regularised(gradient: f32, weight: f32, in_kernel: bool, l1: f32, l2: f32) -> f32 {
  let slope = gradient + select(0.0, l1 * sign(weight) + 2.0 * l2 * weight, in_kernel);
  return select(slope, clamp(slope, -CLIP_VALUE, CLIP_VALUE), CLIP_VALUE > 0.0);
}
