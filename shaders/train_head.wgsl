// All that a training step does with the last of its dense layers, where that is small: forward, loss, delta and
// metrics, the delta of the layer below, the optimizer's step. In one workgroup, and to the bit what dense_forward,
// output_delta, hidden_delta and gradient_update do one after the other.
//   x [M, K], which the layer below put out · target_rows [samples, WIDTH + WEIGHTED], as in output_delta
//   parameters [K + 1, N], W above its bias row · moments [MOMENTS, K + 1, N]
//   result [M, K], the delta below · metrics [slots, STRIDE, 2]
// A thread computes whole rows of the batch, then whole rows of the parameters. Up to 64 rows, and few units.
const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise
const LANES: u32 = 4u; // @specialise
const HALF: u32 = 1u; // @specialise
override STRIDE: u32 = 1; // sums that a step leaves in the metrics table, these and others
override USE_BIAS: bool = true;
override BELOW: u32 = 0; // the activation of the layer below, and its constants
override BELOW_A: f32 = 1.0;
override BELOW_B: f32 = 1.0;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, slot: u32 }
// @link lib/loss.wgsl
fn row_sums(row: u32, source: u32, rows: u32) -> vec2f { return vec2f(); }
// @link lib/targets.wgsl
override GATHER: bool = false;
// @link lib/targets.wgsl
fn target_start(source: u32) -> u32 { return source; }
// @link lib/activation.wgsl
fn activate(x: f32) -> f32 { return x; }
// @link lib/activation.wgsl
fn activation_slope(kept: f32, kind: u32, a: f32, b: f32) -> f32 { return 1.0; }
// @link lib/regulariser.wgsl
fn full_gradient(gradient: f32, weight: f32, in_kernel: bool) -> f32 { return gradient; }
// @link lib/optimizer.wgsl
override MOMENTS: u32 = 0;
// @link lib/optimizer.wgsl
struct Weight { value: f32, first: f32, second: f32, third: f32 }
// @link lib/optimizer.wgsl
fn optimizer_step(old: Weight, gradient: f32, now: Step) -> Weight { return old; }

@group(0) @binding(0) var<storage, read> x: array<f32, M * K>;
@group(0) @binding(1) var<storage, read> target_rows: array<f32>;
@group(0) @binding(2) var<storage, read> permutation: array<u32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32, (K + 1u) * N>;
@group(0) @binding(4) var<storage, read_write> moments: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32, M * K>;
@group(0) @binding(6) var<storage, read_write> metrics: array<vec2f>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> outputs: array<f32, M * N>;
var<workgroup> deltas: array<f32, M * N>;
var<workgroup> sums: array<vec2f, 2u * HALF>;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) thread: u32) {
  for (var row = thread; row < current.rows; row += LANES) {
    forward(row);
    sums[row] = row_sums(row * N, target_start(source_row(row)), current.rows);
    backward(row);
  }
  workgroupBarrier();
  storageBarrier();
  if (thread == 0u) { store_sums(); }
  for (var k = thread; k < select(K, K + 1u, USE_BIAS); k += LANES) { update(k); }
}

fn source_row(row: u32) -> u32 {
  if (GATHER) { return permutation[current.first + row]; }
  return row;
}

// y_n = F(Σ_k x_k w_kn + b_n).
fn forward(row: u32) {
  var total: array<f32, N>;
  for (var k = 0u; k < K; k++) {
    let input = x[row * K + k];
    for (var n = 0u; n < N; n++) { // @unroll
      total[n] = fma(input, parameters[k * N + n], total[n]);
    }
  }
  for (var n = 0u; n < N; n++) { // @unroll
    outputs[row * N + n] = activate(total[n] + parameters[K * N + n]);
  }
}

fn output_at(i: u32) -> f32 { return outputs[i]; }

fn set_delta(i: u32, value: f32) { deltas[i] = value; }

fn stored_target(i: u32) -> f32 { return target_rows[i]; }

// F′_k Σ_n δ_n w_kn.
fn backward(row: u32) {
  var delta: array<f32, N>;
  for (var n = 0u; n < N; n++) { // @unroll
    delta[n] = deltas[row * N + n];
  }
  for (var k = 0u; k < K; k++) {
    var sum = 0.0;
    for (var n = 0u; n < N; n++) { // @unroll
      sum = fma(delta[n], parameters[k * N + n], sum);
    }
    let at = row * K + k;
    result[at] = sum * activation_slope(x[at], BELOW, BELOW_A, BELOW_B);
  }
}

// In the order in which output_delta's threads add up.
fn store_sums() {
  for (var half = HALF; half > 0u; half /= 2u) {
    for (var i = 0u; i < half; i++) { sums[i] += sums[i + half]; }
  }
  metrics[current.slot * STRIDE] = sums[0];
}

// The step of row k of the parameters; row K is the bias, whose input is 1.
fn update(k: u32) {
  var total: array<f32, N>;
  for (var row = 0u; row < current.rows; row++) {
    let input = select(x[row * K + min(k, K - 1u)], 1.0, k == K);
    for (var n = 0u; n < N; n++) { // @unroll
      total[n] = fma(input, deltas[row * N + n], total[n]);
    }
  }
  var gradient = total; // an array that is indexed by a variable is kept in memory
  for (var n = 0u; n < N; n++) { update_weight(k * N + n, gradient[n], k < K); }
}

fn update_weight(i: u32, gradient: f32, in_kernel: bool) {
  var weight = Weight(parameters[i], 0.0, 0.0, 0.0);
  if (MOMENTS > 0u) { weight.first = moments[i]; }
  if (MOMENTS > 1u) { weight.second = moments[(K + 1u) * N + i]; }
  if (MOMENTS > 2u) { weight.third = moments[2u * (K + 1u) * N + i]; }
  weight = optimizer_step(weight, full_gradient(gradient, weight.value, in_kernel), current);
  parameters[i] = weight.value;
  if (MOMENTS > 0u) { moments[i] = weight.first; }
  if (MOMENTS > 1u) { moments[(K + 1u) * N + i] = weight.second; }
  if (MOMENTS > 2u) { moments[2u * (K + 1u) * N + i] = weight.third; }
}
