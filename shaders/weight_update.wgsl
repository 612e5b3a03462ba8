// The optimizer's step on a layer's parameters, element by element, from START up to END: those that it has.
//   gradient [SIZE] · gradient_scale [1], from clip_scale · parameters [SIZE] · moments [MOMENTS, SIZE]
const SIZE: u32 = 1u; // @specialise
override START: u32 = 0;
override END: u32 = 1;
override SCALED: bool = false; // multiply the gradient by gradient_scale

// @link lib/step.wgsl
struct Step { rate: f32 }
// @link lib/optimizer.wgsl
override MOMENTS: u32 = 0;
// @link lib/optimizer.wgsl
struct Weight { value: f32, first: f32, second: f32, third: f32 }
// @link lib/optimizer.wgsl
fn optimizer_step(old: Weight, gradient: f32, now: Step) -> Weight { return old; }

@group(0) @binding(0) var<storage, read> gradient: array<f32, SIZE>;
@group(0) @binding(1) var<storage, read> gradient_scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> parameters: array<f32, SIZE>;
@group(0) @binding(3) var<storage, read_write> moments: array<f32>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = START + id.x + id.y * groups.x * 64u;
  if (i >= END) { return; }
  var slope = gradient[i];
  if (SCALED) { slope *= gradient_scale[0]; }
  update(i, slope);
}

fn update(i: u32, slope: f32) {
  var weight = Weight(parameters[i], 0.0, 0.0, 0.0);
  if (MOMENTS > 0u) { weight.first = moments[i]; }
  if (MOMENTS > 1u) { weight.second = moments[SIZE + i]; }
  if (MOMENTS > 2u) { weight.third = moments[2u * SIZE + i]; }
  weight = optimizer_step(weight, slope, current);
  parameters[i] = weight.value;
  if (MOMENTS > 0u) { moments[i] = weight.first; }
  if (MOMENTS > 1u) { moments[SIZE + i] = weight.second; }
  if (MOMENTS > 2u) { moments[2u * SIZE + i] = weight.third; }
}
