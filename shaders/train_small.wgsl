// Whole training steps of a small network, one after the other in one workgroup: what the kernels of its plan do, in
// their order and to the bit.
//   x [samples, K] · target_rows [samples, WIDTH + WEIGHTED] · permutation · steps [STEPS], ended by one of no rows;
//   a dispatch takes up to TURN of them, from current.slot on
//   state [SIZE]: the parameters of every dense layer [K + 1, N], then of each its moments [MOMENTS, K + 1, N]; the
//   batch, the operations' outputs [M, N], their deltas, and sums
//   metrics [slots, STRIDE, 2]: the loss of each 64 rows, then the penalty of each 4096 weights
// With SHARED the workgroup keeps the state in memory of its own, and what lasts, KEPT numbers, is copied at both ends.
const DENSE: u32 = 0u;
const ACTIVATE: u32 = 1u;
const DROPOUT: u32 = 2u;
const NOISE: u32 = 3u;

// One operation of the forward pass. Places are in the state; an output's delta is DELTAS further on.
struct Operation {
  kind: u32,
  inputs: u32,
  units: u32,
  input: u32, // place of its rows of inputs
  output: u32,
  kept: u32, // of what its derivative is computed from
  parameters: u32,
  trained: u32, // rows of them that the optimizer changes
  activation: u32,
  a: f32,
  b: f32,
  l1: f32,
  l2: f32,
  rate_scale: f32,
  seed: u32, // of dropout and noise
  threshold: u32, // dropout: rate · 2³²
  scale: f32, // dropout: 1 / (1 − rate); noise: its standard deviation
}

const M: u32 = 1u; // @specialise
const N: u32 = 1u; // @specialise
const K: u32 = 1u; // @specialise
const LANES: u32 = 4u; // @specialise
const STEPS: u32 = 1u; // @specialise
const TURN: u32 = 1u; // @specialise
const SHARED: bool = false; // @specialise
const OPERATIONS: array<Operation, 1> = array<Operation, 1>(Operation()); // @specialise
const COUNT: u32 = 1u; // @specialise
const DEPTH: u32 = 0u; // @specialise
const PARAMETERS: u32 = 2u; // @specialise
const KEPT: u32 = 2u; // @specialise
const DELTAS: u32 = 1u; // @specialise
const SUMS: u32 = 5u; // @specialise
const SIZE: u32 = 9u; // @specialise
const HALF: u32 = 1u; // @specialise
const PENALISED: bool = false; // @specialise
override STRIDE: u32 = 1; // sums that a step leaves in the metrics table

const LAST: u32 = COUNT - 1u;
const FIRST: u32 = LAST - DEPTH; // the first that learns
const GROUPS: u32 = (M + 63u) / 64u;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, slot: u32, index: u32, learning_rate: f32, rate: f32, gradient_rate: f32, correction: f32 }
// @link lib/activation.wgsl
override ACTIVATION: u32 = 0;
// @link lib/activation.wgsl
const LINEAR: u32 = 0u;
// @link lib/activation.wgsl
fn activation(x: f32, kind: u32, a: f32, b: f32) -> f32 { return x; }
// @link lib/activation.wgsl
fn activation_slope(kept: f32, kind: u32, a: f32, b: f32) -> f32 { return 1.0; }
// @link lib/targets.wgsl
fn target_start(source: u32) -> u32 { return source; }
// @link lib/loss.wgsl
fn row_sums(row: u32, source: u32, rows: u32) -> vec2f { return vec2f(); }
// @link lib/regulariser.wgsl
fn regularised(gradient: f32, weight: f32, in_kernel: bool, l1: f32, l2: f32) -> f32 { return gradient; }
// @link lib/optimizer.wgsl
override MOMENTS: u32 = 0;
// @link lib/optimizer.wgsl
struct Weight { value: f32, first: f32, second: f32, third: f32 }
// @link lib/optimizer.wgsl
fn optimizer_step(old: Weight, gradient: f32, now: Step) -> Weight { return old; }
// @link lib/random.wgsl
fn random_bits(seed: u32, step_index: u32, element: u32) -> u32 { return seed; }
// @link lib/normal.wgsl
fn standard_normal(seed: u32, step_index: u32, element: u32) -> f32 { return 0.0; }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> target_rows: array<f32>;
@group(0) @binding(2) var<storage, read> permutation: array<u32>;
@group(0) @binding(3) var<storage, read> steps: array<Step, STEPS>;
@group(0) @binding(4) var<storage, read_write> state: array<f32, SIZE>;
@group(0) @binding(5) var<storage, read_write> metrics: array<vec2f>;
@group(1) @binding(0) var<uniform> current: Step;

var<workgroup> memory: array<f32, SIZE>;
var<private> now: Step;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) thread: u32) {
  if (SHARED) {
    for (var i = thread; i < KEPT; i += LANES) { memory[i] = state[i]; }
  }
  for (var slot = current.slot; slot < min(current.slot + TURN, STEPS); slot++) {
    let step = steps[slot];
    if (step.rows == 0u) { break; }
    synchronise();
    now = step;
    for (var i = thread; i < now.rows * K; i += LANES) {
      store(OPERATIONS[0].input + i, x[permutation[now.first + i / K] * K + i % K]);
    }
    for (var i = 0u; i < COUNT; i++) { // @unroll
      synchronise();
      forward(OPERATIONS[i], thread);
    }
    synchronise();
    losses(thread);
    if (PENALISED) { penalties(thread); }
    for (var i = 0u; i < DEPTH; i++) { // @unroll
      backward(OPERATIONS[LAST - i], OPERATIONS[LAST - i - 1u], thread);
      synchronise();
      update(OPERATIONS[LAST - i], thread);
    }
    update(OPERATIONS[FIRST], thread);
  }
  if (SHARED) {
    synchronise();
    for (var i = thread; i < KEPT; i += LANES) { state[i] = memory[i]; }
  }
}

fn fetch(place: u32) -> f32 {
  if (SHARED) { return memory[place]; }
  return state[place];
}

fn store(place: u32, value: f32) {
  if (SHARED) { memory[place] = value; } else { state[place] = value; }
}

// Waits for all threads; what they have put is there for all to get.
fn synchronise() {
  if (SHARED) { workgroupBarrier(); } else { storageBarrier(); }
}

fn forward(op: Operation, thread: u32) {
  for (var i = thread; i < now.rows * op.units; i += LANES) { store(op.output + i, output_of(op, i)); }
}

fn output_of(op: Operation, i: u32) -> f32 {
  switch op.kind {
    case DENSE: { return activation(weighted_sum(op, i), op.activation, op.a, op.b); }
    case ACTIVATE: { return activation(fetch(op.input + i), op.activation, op.a, op.b); }
    case DROPOUT: { return dropped(op, fetch(op.input + i), i); }
    default: { return fetch(op.input + i) + op.scale * standard_normal(op.seed, now.index, i); }
  }
}

// Σ_k x_k w_kn + b_n.
fn weighted_sum(op: Operation, i: u32) -> f32 {
  let row = op.input + i / op.units * op.inputs;
  let column = op.parameters + i % op.units;
  var sum = 0.0;
  for (var k = 0u; k < op.inputs; k++) { sum = fma(fetch(row + k), fetch(column + k * op.units), sum); }
  return sum + fetch(column + op.inputs * op.units);
}

fn dropped(op: Operation, value: f32, i: u32) -> f32 {
  return select(value * op.scale, 0.0, random_bits(op.seed, now.index, i) < op.threshold);
}

fn losses(thread: u32) {
  for (var group = 0u; group < GROUPS; group++) {
    if (group > 0u) { synchronise(); }
    for (var t = thread; t < 2u * HALF; t += LANES) {
      let row = group * 64u + t;
      var part = vec2f();
      if (row < now.rows) { part = row_sums(row * N, target_start(permutation[now.first + row]), now.rows); }
      set_sum(t, part);
    }
    store_sum(now.slot * STRIDE + group, HALF, 1.0, thread);
  }
}

fn penalties(thread: u32) {
  var place = now.slot * STRIDE + GROUPS;
  for (var i = FIRST; i <= LAST; i++) {
    let op = OPERATIONS[i];
    if (op.l1 + op.l2 == 0.0) { continue; }
    let size = op.inputs * op.units;
    for (var start = 0u; start < size; start += 4096u) {
      synchronise();
      for (var t = thread; t < 64u; t += LANES) {
        var sum = 0.0;
        for (var w = start + t; w < min(start + 4096u, size); w += 64u) {
          let weight = fetch(op.parameters + w);
          sum += op.l1 * abs(weight) + op.l2 * weight * weight;
        }
        set_sum(t, vec2f(sum, 0.0));
      }
      store_sum(place, 32u, f32(now.rows), thread);
      place++;
    }
  }
}

fn set_sum(t: u32, sum: vec2f) {
  store(SUMS + 2u * t, sum.x);
  store(SUMS + 2u * t + 1u, sum.y);
}

fn sum_at(t: u32) -> vec2f {
  return vec2f(fetch(SUMS + 2u * t), fetch(SUMS + 2u * t + 1u));
}

fn store_sum(place: u32, widest: u32, factor: f32, thread: u32) {
  for (var half = widest; half > 0u; half /= 2u) {
    synchronise();
    for (var t = thread; t < half; t += LANES) { set_sum(t, sum_at(t) + sum_at(t + half)); }
  }
  if (thread == 0u) { metrics[place] = sum_at(0u) * factor; }
}

fn output_at(i: u32) -> f32 { return fetch(OPERATIONS[LAST].output + i); }

fn set_delta(i: u32, value: f32) {
  var delta = value;
  if (ACTIVATION == LINEAR) { delta = through(OPERATIONS[LAST], value, i); }
  store(OPERATIONS[LAST].output + DELTAS + i, delta);
}

fn stored_target(i: u32) -> f32 { return target_rows[i]; }

// The delta of the operation below, from this one's.
fn backward(op: Operation, below: Operation, thread: u32) {
  for (var i = thread; i < now.rows * op.inputs; i += LANES) {
    store(below.output + DELTAS + i, through(below, upstream(op, i), i));
  }
}

// ∂E/∂x: Σ_n δ_n w_kn through a dense layer.
fn upstream(op: Operation, i: u32) -> f32 {
  if (op.kind != DENSE) { return fetch(op.output + DELTAS + i); }
  let row = op.output + DELTAS + i / op.inputs * op.units;
  let weights = op.parameters + i % op.inputs * op.units;
  var sum = 0.0;
  for (var n = 0u; n < op.units; n++) { sum = fma(fetch(row + n), fetch(weights + n), sum); }
  return sum;
}

// From ∂E/∂(output) to the delta of an operation: through its activation or mask.
fn through(op: Operation, slope: f32, i: u32) -> f32 {
  switch op.kind {
    case DROPOUT: { return dropped(op, slope, i); }
    case NOISE: { return slope; }
    default: { return slope * activation_slope(fetch(op.kept + i), op.activation, op.a, op.b); }
  }
}

fn update(op: Operation, thread: u32) {
  if (op.kind != DENSE) { return; }
  let size = (op.inputs + 1u) * op.units;
  for (var i = thread; i < op.trained * op.units; i += LANES) {
    let k = i / op.units;
    let delta = op.output + DELTAS + i % op.units;
    var sum = 0.0;
    for (var m = 0u; m < now.rows; m++) {
      let input = select(1.0, fetch(op.input + m * op.inputs + min(k, op.inputs - 1u)), k < op.inputs);
      sum = fma(input, fetch(delta + m * op.units), sum);
    }
    let place = op.parameters + i;
    let moments = PARAMETERS + MOMENTS * op.parameters + i;
    var weight = Weight(fetch(place), 0.0, 0.0, 0.0);
    if (MOMENTS > 0u) { weight.first = fetch(moments); }
    if (MOMENTS > 1u) { weight.second = fetch(moments + size); }
    if (MOMENTS > 2u) { weight.third = fetch(moments + 2u * size); }
    let gradient = regularised(sum, weight.value, k < op.inputs, op.l1, op.l2);
    weight = optimizer_step(weight, gradient, rates_of(op));
    store(place, weight.value);
    if (MOMENTS > 0u) { store(moments, weight.first); }
    if (MOMENTS > 1u) { store(moments + size, weight.second); }
    if (MOMENTS > 2u) { store(moments + 2u * size, weight.third); }
  }
}

fn rates_of(op: Operation) -> Step {
  var rates = now;
  rates.learning_rate *= op.rate_scale;
  rates.rate *= op.rate_scale;
  rates.gradient_rate *= op.rate_scale;
  return rates;
}
