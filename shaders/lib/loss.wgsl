// A row's loss, its derivative by the output layer's pre-activation, and whether it is predicted right. With target s:
//   HALF_SQUARED          E = ½ Σ (s − y)²                      δ = (y − s) F′
//   MEAN_SQUARED          E = Σ (s − y)² / N                    δ = 2 (y − s) F′ / N
//   MEAN_ABSOLUTE         E = Σ |s − y| / N                     δ = sign(y − s) F′ / N
//   HUBER                 E = Σ h(y − s) / N                    δ = clamp(y − s, ±d) F′ / N
//                         h(e) = ½ e² for |e| ≤ d, else d (|e| − ½ d)
//   BINARY_LOGITS         E = Σ (softplus(z) − s z) / N         δ = (σ(z) − s) / N
//   BINARY                E = −Σ (s ln y + (1 − s) ln(1 − y)) / N   δ = (y − s) / (y (1 − y)) F′ / N
//   CATEGORICAL_LOGITS    E = Σ s_j (lse(z) − z_j)              δ = softmax(z) Σs − s
//   CATEGORICAL           E = −Σ s ln y                         δ = −(s / y) F′
// In the losses from logits y holds the pre-activations z of a sigmoid or softmax. SPARSE: the target is a label,
// s being 1 there and 0 elsewhere. SMOOTHING ε takes s to s (1 − ε) + ε / classes: N of them, or the 2 of each output
// in the binary losses. DIVERGENCE adds Σ s ln s, which makes the categorical losses the Kullback–Leibler divergence.
// All are averaged over the batch's real rows.
override LOSS: u32 = 0;
override DIVERGENCE: bool = false;
override SMOOTHING: f32 = 0.0;
override HUBER_DELTA: f32 = 1.0;
override THRESHOLD: f32 = 0.5; // a single output counts as 1 above it

const HALF_SQUARED: u32 = 0u;
const MEAN_SQUARED: u32 = 1u;
const MEAN_ABSOLUTE: u32 = 2u;
const HUBER: u32 = 3u;
const BINARY: u32 = 4u;
const CATEGORICAL: u32 = 5u;
const BINARY_LOGITS: u32 = 6u;
const CATEGORICAL_LOGITS: u32 = 7u;

const LOWEST_LOG: f32 = -100.0; // ln 0 in a loss, as in PyTorch

// @link kernel
const N: u32 = 1u;
// @link kernel
fn output_at(i: u32) -> f32 { return 0.0; }
// @link kernel
fn set_delta(i: u32, value: f32) {}
// @link kernel
fn stored_target(i: u32) -> f32 { return 0.0; }
// @link lib/targets.wgsl
override WIDTH: u32 = 1;
// @link lib/targets.wgsl
override WEIGHTED: bool = false;
// @link lib/targets.wgsl
fn target_column(j: u32) -> u32 { return j; }
// @link lib/targets.wgsl
fn decode_target(stored: f32, j: u32) -> f32 { return stored; }
// @link lib/activation.wgsl
fn activate_derivative(kept: f32) -> f32 { return 1.0; }
// @link lib/activation.wgsl
fn logistic(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
// @link lib/exp.wgsl
fn exp_accurate(x: f32) -> f32 { return exp(x); }
// @link lib/log.wgsl
fn log1p(x: f32) -> f32 { return log(1.0 + x); }
// @link lib/log.wgsl
fn log_accurate(x: f32) -> f32 { return log(x); }

// The sums of one row, whose outputs begin at `row` and whose targets at `source`: its loss, and 1 if it is right.
fn row_sums(row: u32, source: u32, rows: u32) -> vec2f {
  let weight = row_weight(source);
  let loss = weight * row_loss(row, source, weight / f32(rows));
  return vec2f(loss, select(0.0, 1.0, is_right(row, source)));
}

fn row_weight(source: u32) -> f32 {
  if (WEIGHTED) { return stored_target(source + WIDTH); }
  return 1.0;
}

// What output j of a row should have been.
fn target_of(source: u32, j: u32) -> f32 {
  return decode_target(stored_target(source + target_column(j)), j);
}

fn smoothed_target(source: u32, j: u32) -> f32 {
  let is_binary = LOSS == BINARY || LOSS == BINARY_LOGITS;
  let classes = select(f32(N), 2.0, is_binary); // each output of a binary loss tells two classes apart
  return target_of(source, j) * (1.0 - SMOOTHING) + SMOOTHING / classes;
}

// The row's loss; stores its deltas times `share`.
fn row_loss(row: u32, source: u32, share: f32) -> f32 {
  if (LOSS == CATEGORICAL_LOGITS) { return cross_entropy(row, source, share); }
  var loss = 0.0;
  for (var j = 0u; j < N; j++) {
    let term = output_loss(output_at(row + j), smoothed_target(source, j));
    loss += term.x;
    set_delta(row + j, share * term.y);
  }
  return loss;
}

// One output's part of the loss, and of its derivative.
fn output_loss(out: f32, wanted: f32) -> vec2f {
  let error = out - wanted;
  let mean = 1.0 / f32(N);
  switch LOSS {
    case HALF_SQUARED: { return vec2f(0.5 * error * error, error * activate_derivative(out)); }
    case MEAN_SQUARED: { return mean * vec2f(error * error, 2.0 * error * activate_derivative(out)); }
    case MEAN_ABSOLUTE: { return mean * vec2f(abs(error), sign(error) * activate_derivative(out)); }
    case HUBER: {
      let within = clamp(error, -HUBER_DELTA, HUBER_DELTA);
      return mean * vec2f(within * (error - 0.5 * within), within * activate_derivative(out));
    }
    case BINARY: {
      let loss = -wanted * safe_log(out) - (1.0 - wanted) * safe_log1p(-out);
      return mean * vec2f(loss, error / max(out * (1.0 - out), 1e-12) * activate_derivative(out));
    }
    case BINARY_LOGITS: {
      // softplus(z) − s z: both terms positive for s in [0, 1], so that nothing cancels.
      let linear = select(-wanted * out, (1.0 - wanted) * out, out > 0.0);
      return mean * vec2f(linear + log1p(exp_accurate(-abs(out))), logistic(out) - wanted);
    }
    default: {
      let loss = wanted * (entropy(wanted) - safe_log(out));
      return vec2f(loss, -wanted / max(out, 1e-12) * activate_derivative(out));
    }
  }
}

// With z_max taken out, lse = z_max + ln(1 + Σ over the others of e^(z_j − z_max)) keeps its digits both when
// the logits are large and when the loss is tiny.
fn cross_entropy(row: u32, source: u32, share: f32) -> f32 {
  let top = argmax(row);
  let largest = output_at(row + top);
  var others = 0.0;
  var weight = 0.0;
  for (var j = 0u; j < N; j++) {
    others += select(exp_accurate(output_at(row + j) - largest), 0.0, j == top);
    weight += smoothed_target(source, j);
  }
  let log_sum = log1p(others);
  var loss = 0.0;
  for (var j = 0u; j < N; j++) {
    let below = output_at(row + j) - largest;
    let wanted = smoothed_target(source, j);
    if (wanted != 0.0) { loss += wanted * (log_sum - below + entropy(wanted)); }
    set_delta(row + j, share * (weight * exp_accurate(below) / (1.0 + others) - wanted));
  }
  return loss;
}

// ln s where the loss is a divergence.
fn entropy(wanted: f32) -> f32 {
  if (DIVERGENCE) { return safe_log(wanted); }
  return 0.0;
}

fn safe_log(x: f32) -> f32 {
  return select(LOWEST_LOG, max(log_accurate(x), LOWEST_LOG), x > 0.0);
}

fn safe_log1p(x: f32) -> f32 {
  return select(LOWEST_LOG, max(log1p(x), LOWEST_LOG), x > -1.0);
}

// Right: the largest output is the largest target; of a single output, both on the same side.
fn is_right(row: u32, source: u32) -> bool {
  if (N == 1u) { return (output_at(row) > THRESHOLD) == (target_of(source, 0u) > 0.5); }
  var wanted = 0u;
  for (var j = 1u; j < N; j++) {
    if (target_of(source, j) > target_of(source, wanted)) { wanted = j; }
  }
  return argmax(row) == wanted;
}

fn argmax(row: u32) -> u32 {
  var top = 0u;
  for (var j = 1u; j < N; j++) {
    if (output_at(row + j) > output_at(row + top)) { top = j; }
  }
  return top;
}
