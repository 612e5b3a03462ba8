// Normalisation, backward, from δ = ∂E/∂(γ x̂ + β); the means are those of the line that was normalised:
//   ∂E/∂γ = Σ over rows of δ x̂    ∂E/∂β = Σ over rows of δ
//   ∂E/∂x = (γ δ − mean(γ δ) − x̂ mean(γ δ x̂)) / √(σ² + ε)
//   x [M, N] · parameters [2, N], γ and β · statistics [lines, 2] from normalization_forward · delta [M, N]
//   gradient [2, N] · input_delta [M, N]
// LANES threads sum up a line, a workgroup as many lines as it has threads for: first the features, over the rows; then,
// where these are what was normalised, the rows, over their features.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const LANES: u32 = 1u; // @specialise, a power of 2
const LINES = 64u / LANES; // of a workgroup
override BATCH: bool = false;

// @link lib/step.wgsl
struct Step { rows: u32 }
// @link lib/regulariser.wgsl
fn full_gradient(gradient: f32, weight: f32, in_kernel: bool) -> f32 { return gradient; }

@group(0) @binding(0) var<storage, read> x: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> parameters: array<f32, 2u * N>;
@group(0) @binding(2) var<storage, read> statistics: array<vec2f>;
@group(0) @binding(3) var<storage, read> delta: array<f32, M * N>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32, 2u * N>;
@group(0) @binding(5) var<storage, read_write> input_delta: array<f32, M * N>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> sums: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let feature_groups = (N + LINES - 1u) / LINES;
  let group_index = group.x + group.y * groups.x;
  let of_feature = group_index < feature_groups;
  // Neighbouring threads take neighbouring numbers.
  let place = select(thread / LANES, thread % LINES, of_feature);
  let lane = select(thread % LANES, thread / LINES, of_feature);
  let line = select(group_index - feature_groups, group_index, of_feature) * LINES + place;
  let exists = line < select(current.rows, N, of_feature);
  let length = select(N, current.rows, of_feature);
  let count = select(0u, length, exists);
  let first = select(line * N, line, of_feature);
  let stride = select(1u, N, of_feature);

  var sum = vec2f();
  for (var i = lane; i < count; i += LANES) {
    let at = first + i * stride;
    sum += select(weighted(at), delta[at], of_feature) * vec2f(normalized(at), 1.0);
  }
  sums[lane * LINES + place] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane * LINES + place] += sums[(lane + half) * LINES + place]; }
  }
  if (LANES > 1u) { workgroupBarrier(); }
  var total = sums[place];
  if (exists && of_feature && lane == 0u) {
    gradient[line] = full_gradient(total.x, 0.0, false);
    gradient[N + line] = full_gradient(total.y, 0.0, false);
  }
  if (!exists || of_feature != BATCH) { return; }
  if (BATCH) { total *= parameters[line]; }
  for (var i = lane; i < count; i += LANES) {
    let at = first + i * stride;
    let along = (total.y + normalized(at) * total.x) / f32(length);
    input_delta[at] = (weighted(at) - along) * line_of(at).y;
  }
}

fn weighted(at: u32) -> f32 {
  return parameters[at % N] * delta[at];
}

fn normalized(at: u32) -> f32 {
  return (x[at] - line_of(at).x) * line_of(at).y;
}

fn line_of(at: u32) -> vec2f {
  return statistics[select(at / N, at % N, BATCH)];
}
