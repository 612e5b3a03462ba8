// The loss, its derivative by the output layer's pre-activation, and the metrics.
//   HALF_SQUARED            E = ½ Σ (s − y)²        δ = (y − s) F′(y)
//   MEAN_SQUARED            E = Σ (s − y)² / N      δ = 2 (y − s) F′(y) / N
//   SOFTMAX_CROSS_ENTROPY   E = Σ s_j (lse − z_j)   δ = softmax(z) Σs − s     (y holds the logits z)
//   …_SPARSE                the same, s being 1 at the label and 0 elsewhere
// each averaged over the batch's real rows.
//   y [M, N] · target [samples, WIDTH], WIDTH = N, or 1 for labels · delta [M, N]
//   metrics [slots, ⌈M / 64⌉, 2]: sums over a workgroup's rows of the loss and of the rows predicted right
// A thread computes one row, a workgroup adds up 64.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const WIDTH: u32 = 1u; // @specialise
override LOSS: u32 = 0;
override GATHER: bool = false; // pick the target's rows through the permutation

const HALF_SQUARED: u32 = 0u;
const MEAN_SQUARED: u32 = 1u;
const SOFTMAX_CROSS_ENTROPY: u32 = 2u;
const SOFTMAX_CROSS_ENTROPY_SPARSE: u32 = 3u;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, slot: u32 }
// @link lib/activation.wgsl
fn activate_derivative(y: f32) -> f32 { return 1.0; }
// @link lib/exp.wgsl
fn exp_accurate(x: f32) -> f32 { return exp(x); }
// @link lib/log1p.wgsl
fn log1p(x: f32) -> f32 { return log(1.0 + x); }

@group(0) @binding(0) var<storage, read> y: array<f32, M * N>;
@group(0) @binding(1) var<storage, read> target_rows: array<f32>;
@group(0) @binding(2) var<storage, read> permutation: array<u32>;
@group(0) @binding(3) var<storage, read_write> delta: array<f32, M * N>;
@group(0) @binding(4) var<storage, read_write> metrics: array<vec2f>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> sums: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  sums[thread] = vec2f();
  if (id.x < current.rows) {
    let source = source_row(id.x);
    var loss = 0.0;
    if (LOSS == SOFTMAX_CROSS_ENTROPY || LOSS == SOFTMAX_CROSS_ENTROPY_SPARSE) {
      loss = cross_entropy(id.x * N, source);
    } else {
      loss = squared_error(id.x * N, source);
    }
    sums[thread] = vec2f(loss, select(0.0, 1.0, is_right(id.x * N, source)));
  }
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  if (thread == 0u) { metrics[current.slot * groups.x + group.x] = sums[0]; }
}

fn source_row(row: u32) -> u32 {
  if (GATHER) { return permutation[current.first + row]; }
  return row;
}

// What output j of a row should have been.
fn target_of(source: u32, j: u32) -> f32 {
  let value = target_rows[source * WIDTH + select(0u, j, WIDTH == N)];
  if (LOSS == SOFTMAX_CROSS_ENTROPY_SPARSE) { return select(0.0, 1.0, u32(value) == j); }
  return value;
}

fn squared_error(row: u32, source: u32) -> f32 {
  let scale = select(0.5, 1.0 / f32(N), LOSS == MEAN_SQUARED);
  var loss = 0.0;
  for (var j = 0u; j < N; j++) {
    let out = y[row + j];
    let error = out - target_of(source, j);
    loss += scale * error * error;
    delta[row + j] = 2.0 * scale * error * activate_derivative(out) / f32(current.rows);
  }
  return loss;
}

// With z_max taken out, lse = z_max + ln(1 + Σ over the others of e^(z_j − z_max)) keeps its digits both when
// the logits are large and when the loss is tiny.
fn cross_entropy(row: u32, source: u32) -> f32 {
  let top = argmax(row);
  let largest = y[row + top];
  var others = 0.0;
  var weight = 0.0;
  for (var j = 0u; j < N; j++) {
    others += select(exp_accurate(y[row + j] - largest), 0.0, j == top);
    weight += target_of(source, j);
  }
  let log_sum = log1p(others);
  var loss = 0.0;
  for (var j = 0u; j < N; j++) {
    let below = y[row + j] - largest;
    let wanted = target_of(source, j);
    if (wanted != 0.0) { loss += wanted * (log_sum - below); }
    delta[row + j] = (weight * exp_accurate(below) / (1.0 + others) - wanted) / f32(current.rows);
  }
  return loss;
}

// Right: the largest output is the largest target; of a single output, both on the same side of ½.
fn is_right(row: u32, source: u32) -> bool {
  if (N == 1u) { return (y[row] > 0.5) == (target_of(source, 0u) > 0.5); }
  var wanted = 0u;
  for (var j = 1u; j < N; j++) {
    if (target_of(source, j) > target_of(source, wanted)) { wanted = j; }
  }
  return argmax(row) == wanted;
}

fn argmax(row: u32) -> u32 {
  var top = 0u;
  for (var j = 1u; j < N; j++) {
    if (y[row + j] > y[row + top]) { top = j; }
  }
  return top;
}
