// Normalisation, forward: Y = F(γ x̂ + β) with x̂ = (x − μ) / √(σ² + ε), mean and variance being those of a line: with
// BATCH a feature over the batch's rows (Ioffe & Szegedy, 2015), else a row over its features (Ba et al., 2016).
//   x [M, N] · parameters [2, N], γ and β · y [M, N] · statistics [lines, 2], μ and 1 / √(σ² + ε) for the way back
//   moving [2, N] with BATCH: mean and variance, moved towards the batch's, or with MOVING taken in their place
// A workgroup takes a line, and sums it up twice: distances from 0, then from the mean that these gave, where nothing
// is left to cancel, and what rounding did to that mean shows.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
override BATCH: bool = false;
override MOVING: bool = false;
override EPSILON: f32 = 1e-3;
override BATCH_SHARE: f32 = 0.01; // 1 − momentum

// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/activation.wgsl
fn activate(x: f32) -> f32 { return x; }

@group(0) @binding(0) var<storage, read> x: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> parameters: array<f32, 2u * N>;
@group(0) @binding(2) var<storage, read_write> moving: array<f32>;
@group(0) @binding(3) var<storage, read_write> statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> y: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> sums: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let line = group.x + group.y * groups.x;
  if (line >= select(current.rows, N, BATCH)) { return; }
  let count = select(N, current.rows, BATCH);
  let first = select(line * N, line, BATCH);
  let stride = select(1u, N, BATCH);

  var origin: f32;
  var mean = 0.0; // from the origin
  var variance: f32;
  if (MOVING) {
    origin = moving[line];
    variance = moving[N + line];
  }
  for (var turn = select(0u, 2u, MOVING); turn < 2u; turn++) {
    origin += mean;
    var sum = vec2f();
    for (var i = thread; i < count; i += 64u) {
      let distance = x[first + i * stride] - origin;
      sum += vec2f(distance, distance * distance);
    }
    sums[thread] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (thread < half) { sums[thread] += sums[thread + half]; }
    }
    workgroupBarrier();
    mean = sums[0].x / f32(count);
    variance = max(sums[0].y / f32(count) - mean * mean, 0.0);
    workgroupBarrier();
  }

  let scale = inverseSqrt(variance + EPSILON);
  if (thread == 0u) {
    let center = origin + mean;
    statistics[line] = vec2f(center, scale);
    if (BATCH && !MOVING) {
      moving[line] += BATCH_SHARE * (center - moving[line]);
      moving[N + line] += BATCH_SHARE * (variance - moving[N + line]);
    }
  }
  for (var i = thread; i < count; i += 64u) {
    let at = first + i * stride;
    let normalized = (x[at] - origin - mean) * scale;
    y[at] = activate(parameters[at % N] * normalized + parameters[N + at % N]);
  }
}
