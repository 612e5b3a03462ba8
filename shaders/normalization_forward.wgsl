// Normalisation, forward: Y = F(γ x̂ + β) with x̂ = (x − μ) / √(σ² + ε), mean and variance being those of a line: with
// BATCH a feature over the batch's rows (Ioffe & Szegedy, 2015), else a row over its features (Ba et al., 2016).
//   x [M, N] · parameters [2, N], γ and β · y [M, N] · statistics [lines, 2], μ and 1 / √(σ² + ε) for the way back
//   moving [2, N] with BATCH: mean and variance, moved towards the batch's, or with MOVING taken in their place
// LANES threads sum up a line, a workgroup as many lines as it has threads for. They do so twice: distances from 0,
// then from the mean that these gave, where nothing is left to cancel, and what rounding did to that mean shows.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const LANES: u32 = 1u; // @specialise, a power of 2
const LINES = 64u / LANES; // of a workgroup
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
  // Neighbouring threads take neighbouring numbers.
  let place = select(thread / LANES, thread % LINES, BATCH);
  let lane = select(thread % LANES, thread / LINES, BATCH);
  let line = (group.x + group.y * groups.x) * LINES + place;
  let exists = line < select(current.rows, N, BATCH);
  let length = select(N, current.rows, BATCH);
  let count = select(0u, length, exists);
  let first = select(line * N, line, BATCH);
  let stride = select(1u, N, BATCH);

  var origin: f32;
  var mean = 0.0; // from the origin
  var variance: f32;
  if (MOVING && exists) {
    origin = moving[line];
    variance = moving[N + line];
  }
  for (var turn = select(0u, 2u, MOVING); turn < 2u; turn++) {
    origin += mean;
    var sum = vec2f();
    for (var i = lane; i < count; i += LANES) {
      let distance = x[first + i * stride] - origin;
      sum += vec2f(distance, distance * distance);
    }
    sums[lane * LINES + place] = sum;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { sums[lane * LINES + place] += sums[(lane + half) * LINES + place]; }
    }
    if (LANES > 1u) { workgroupBarrier(); }
    mean = sums[place].x / f32(length);
    variance = max(sums[place].y / f32(length) - mean * mean, 0.0);
    if (LANES > 1u) { workgroupBarrier(); }
  }

  let scale = inverseSqrt(variance + EPSILON);
  if (exists && lane == 0u) {
    let center = origin + mean;
    statistics[line] = vec2f(center, scale);
    if (BATCH && !MOVING) {
      moving[line] += BATCH_SHARE * (center - moving[line]);
      moving[N + line] += BATCH_SHARE * (variance - moving[N + line]);
    }
  }
  for (var i = lane; i < count; i += LANES) {
    let at = first + i * stride;
    let normalized = (x[at] - origin - mean) * scale;
    y[at] = activate(parameters[at % N] * normalized + parameters[N + at % N]);
  }
}
