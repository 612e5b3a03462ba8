// Normalisation, forward and back: see the shaders of these names. Features of a batch are taken four at a time, and
// divided among the threads by fours; rows are taken one at a time, each thread its own.
import { NormalizationBackward, NormalizationForward, Step } from './layout';
import { activate } from './math/activation';
import { shareEnd, shareStart } from './threads';
import { firstLanes, splat, storeLanes, storePairs, sumLanes } from './vectors';

export function normalization_forward(op: NormalizationForward, step: Step): void {
  if (op.BATCH) {
    const groups = (op.N + 3) / 4;
    const end = shareEnd(groups) << 2;
    for (let n = shareStart(groups) << 2; n < end; n += 4) normaliseFeatures(op, n, step.rows);
  } else {
    const end = shareEnd(step.rows);
    for (let m = shareStart(step.rows); m < end; m++) normaliseRow(op, m);
  }
}

/** Features n to n + 3, over the batch's rows. */
function normaliseFeatures(op: NormalizationForward, n: u32, rows: u32): void {
  const lanes = op.N - n;
  const wide = op.N << 2;
  const moving = op.moving + (n << 2);
  let origin = splat(0);
  let mean = splat(0); // from the origin
  let variance = splat(0);
  if (op.MOVING) {
    origin = v128.load(moving);
    variance = v128.load(moving + wide);
  }
  // Sums of distances from 0, then from the mean that these gave, where nothing is left to cancel.
  for (let turn = op.MOVING ? 2 : 0; turn < 2; turn++) {
    origin = f32x4.add(origin, mean);
    let sum = splat(0);
    let squares = splat(0);
    let x = op.x + (n << 2);
    for (let m: u32 = 0; m < rows; m++, x += wide) {
      const distance = f32x4.sub(v128.load(x), origin);
      sum = f32x4.add(sum, distance);
      squares = f32x4.add(squares, f32x4.mul(distance, distance));
    }
    mean = f32x4.div(sum, splat(<f32>rows));
    variance = f32x4.sub(f32x4.div(squares, splat(<f32>rows)), f32x4.mul(mean, mean));
    variance = f32x4.pmax(variance, splat(0));
  }
  const scale = f32x4.div(splat(1), f32x4.sqrt(f32x4.add(variance, splat(op.EPSILON))));
  const center = f32x4.add(origin, mean);
  storePairs(op.statistics + (n << 3), center, scale, lanes);
  if (!op.MOVING) {
    moveTowards(moving, center, op.BATCH_SHARE, lanes);
    moveTowards(moving + wide, variance, op.BATCH_SHARE, lanes);
  }
  const gamma = v128.load(op.parameters + (n << 2));
  const beta = v128.load(op.parameters + wide + (n << 2));
  for (let m: u32 = 0; m < rows; m++) {
    const at = m * op.N + n << 2;
    const normalized = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(op.x + at), origin), mean), scale);
    storeLanes(op.y + at, activate(f32x4.add(f32x4.mul(gamma, normalized), beta), op.activation), lanes);
  }
}

function moveTowards(place: usize, value: v128, share: f32, lanes: u32): void {
  const old = v128.load(place);
  storeLanes(place, f32x4.add(old, f32x4.mul(splat(share), f32x4.sub(value, old))), lanes);
}

/** Row m, over its features. */
function normaliseRow(op: NormalizationForward, m: u32): void {
  const x = op.x + (m * op.N << 2);
  const y = op.y + (m * op.N << 2);
  const count = <f32>op.N;
  let origin: f32 = 0;
  let mean: f32 = 0;
  let variance: f32 = 0;
  for (let turn = 0; turn < 2; turn++) {
    origin += mean;
    let sum = splat(0);
    let squares = splat(0);
    for (let j: u32 = 0; j < op.N; j += 4) {
      const distance = v128.and(f32x4.sub(v128.load(x + (j << 2)), splat(origin)), firstLanes(op.N - j));
      sum = f32x4.add(sum, distance);
      squares = f32x4.add(squares, f32x4.mul(distance, distance));
    }
    mean = sumLanes(sum) / count;
    variance = max<f32>(sumLanes(squares) / count - mean * mean, 0);
  }
  const scale: f32 = 1 / sqrt(variance + op.EPSILON);
  store<f32>(op.statistics + (m << 3), origin + mean);
  store<f32>(op.statistics + (m << 3), scale, 4);
  for (let j: u32 = 0; j < op.N; j += 4) {
    const at = j << 2;
    const distance = f32x4.sub(f32x4.sub(v128.load(x + at), splat(origin)), splat(mean));
    const scaled = f32x4.mul(v128.load(op.parameters + at), f32x4.mul(distance, splat(scale)));
    const beta = v128.load(op.parameters + (op.N << 2) + at);
    storeLanes(y + at, activate(f32x4.add(scaled, beta), op.activation), op.N - j);
  }
}

export function normalization_backward(op: NormalizationBackward, step: Step): void {
  const groups = (op.N + 3) / 4;
  const end = shareEnd(groups) << 2;
  for (let n = shareStart(groups) << 2; n < end; n += 4) backThroughFeatures(op, n, step.rows);
  if (op.BATCH) return;
  const last = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < last; m++) backThroughRow(op, m);
}

/** The gradients of γ and β of features n to n + 3, and where those were normalised the delta of their input. */
function backThroughFeatures(op: NormalizationBackward, n: u32, rows: u32): void {
  const lanes = op.N - n;
  const statistics = op.statistics + (n << 3);
  const first = v128.load(statistics);
  const second = v128.load(statistics + 16);
  let mean = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
  let scale = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
  let products = splat(0);
  let sum = splat(0);
  for (let m: u32 = 0; m < rows; m++) {
    if (!op.BATCH) {
      mean = v128.load_splat<f32>(op.statistics + (m << 3));
      scale = v128.load_splat<f32>(op.statistics + (m << 3) + 4);
    }
    const at = m * op.N + n << 2;
    const delta = v128.load(op.delta + at);
    const normalized = f32x4.mul(f32x4.sub(v128.load(op.x + at), mean), scale);
    products = f32x4.add(products, f32x4.mul(delta, normalized));
    sum = f32x4.add(sum, delta);
  }
  storeLanes(op.gradient + (n << 2), clipped(op, products), lanes);
  storeLanes(op.gradient + (op.N + n << 2), clipped(op, sum), lanes);
  if (!op.BATCH) return;
  const gamma = v128.load(op.parameters + (n << 2));
  const slope = f32x4.mul(gamma, f32x4.div(products, splat(<f32>rows)));
  const shift = f32x4.mul(gamma, f32x4.div(sum, splat(<f32>rows)));
  for (let m: u32 = 0; m < rows; m++) {
    const at = m * op.N + n << 2;
    storeLanes(op.input_delta + at, inputDelta(op, at, gamma, mean, scale, slope, shift), lanes);
  }
}

/** The delta of row m's input, where rows were normalised. */
function backThroughRow(op: NormalizationBackward, m: u32): void {
  const mean = v128.load_splat<f32>(op.statistics + (m << 3));
  const scale = v128.load_splat<f32>(op.statistics + (m << 3) + 4);
  let products = splat(0);
  let sum = splat(0);
  for (let j: u32 = 0; j < op.N; j += 4) {
    const at = m * op.N + j << 2;
    const gamma = v128.load(op.parameters + (j << 2));
    const weighted = v128.and(f32x4.mul(gamma, v128.load(op.delta + at)), firstLanes(op.N - j));
    const normalized = f32x4.mul(f32x4.sub(v128.load(op.x + at), mean), scale);
    products = f32x4.add(products, v128.and(f32x4.mul(weighted, normalized), firstLanes(op.N - j)));
    sum = f32x4.add(sum, weighted);
  }
  const slope = splat(sumLanes(products) / <f32>op.N);
  const shift = splat(sumLanes(sum) / <f32>op.N);
  for (let j: u32 = 0; j < op.N; j += 4) {
    const at = m * op.N + j << 2;
    const gamma = v128.load(op.parameters + (j << 2));
    storeLanes(op.input_delta + at, inputDelta(op, at, gamma, mean, scale, slope, shift), op.N - j);
  }
}

/** (γ δ − shift − x̂ slope) / √(σ² + ε). */
function inputDelta(
  op: NormalizationBackward, at: usize, gamma: v128, mean: v128, scale: v128, slope: v128, shift: v128,
): v128 {
  const normalized = f32x4.mul(f32x4.sub(v128.load(op.x + at), mean), scale);
  const along = f32x4.add(shift, f32x4.mul(normalized, slope));
  return f32x4.mul(f32x4.sub(f32x4.mul(gamma, v128.load(op.delta + at)), along), scale);
}

function clipped(op: NormalizationBackward, gradient: v128): v128 {
  const most = op.regulariser.CLIP_VALUE;
  if (!(most > 0)) return gradient;
  return f32x4.pmin(f32x4.pmax(gradient, splat(-most)), splat(most));
}
