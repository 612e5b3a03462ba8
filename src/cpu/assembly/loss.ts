// The loss, its derivative and the rows predicted right: see shaders/output_delta.wgsl for the formulas. Each thread
// takes some of the batch's rows and leaves each row's loss; once all are there, they are added up.
import {
  BINARY, BINARY_LOGITS, CATEGORICAL, CATEGORICAL_LOGITS, HALF_SQUARED, HUBER, MEAN_ABSOLUTE, MEAN_SQUARED,
  OutputDelta, Step,
} from './layout';
import { activationSlope, logistic } from './math/activation';
import { exp, log, log1p } from './math/exp';
import { rowLosses, rowNumbers } from './places';
import {
  largestOf, largestTarget, rowWeight, rowWeightsOfFour, targetOf, targetRow, targetsOf, targetsOfFour,
} from './targets';
import { shareEnd, shareStart, thread } from './threads';
import { firstLanes, lanesOf, select, sign, splat, storeEach, storeLanes, storePairs, sumLanes } from './vectors';

/** Rows whose losses are added up: those of a workgroup on the GPU. */
const GROUP: u32 = 64;

export function output_delta(op: OutputDelta, step: Step): void {
  const numbers = rowNumbers(op.targets.GATHER, op.permutation, step.first);
  const end = shareEnd(step.rows);
  if (op.LOSS == CATEGORICAL_LOGITS) {
    for (let m = shareStart(step.rows); m < end; m += 4) crossEntropies(op, numbers, m, end - m, step.rows);
    return;
  }
  if (op.N == 1 && !op.targets.SPARSE) {
    for (let m = shareStart(step.rows); m < end; m += 4) singleOutputs(op, numbers, m, end - m, step.rows);
    return;
  }
  for (let m = shareStart(step.rows); m < end; m++) {
    const target = targetRow(op.target_rows, load<u32>(numbers + (m << 2)), op.targets);
    const y = op.y + (m * op.N << 2);
    const weight = rowWeight(target, op.targets);
    const loss = sumOfLosses(op, y, target, op.delta + (m * op.N << 2), weight / <f32>step.rows);
    store<f32>(rowLosses + (m << 3), weight * loss);
    store<f32>(rowLosses + (m << 3), isRight(op, y, target) ? 1 : 0, 4);
  }
}

/** The targets of row m + i, or of the last of the `lanes` rows from m on. */
@inline function targetsOfRow(op: OutputDelta, numbers: usize, m: u32, i: u32, lanes: u32): usize {
  return targetRow(op.target_rows, load<u32>(numbers + (m + min(i, lanes - 1) << 2)), op.targets);
}

/** Four rows of one output each, from row m on, of which `lanes` are there. */
@inline function singleOutputs(op: OutputDelta, numbers: usize, m: u32, lanes: u32, rows: u32): void {
  const a = targetsOfRow(op, numbers, m, 0, lanes), b = targetsOfRow(op, numbers, m, 1, lanes);
  const c = targetsOfRow(op, numbers, m, 2, lanes), d = targetsOfRow(op, numbers, m, 3, lanes);
  const out = v128.load(op.y + (m << 2));
  const target = lanesOf(a, b, c, d);
  const weight = rowWeightsOfFour(a, b, c, d, op.targets);
  const wanted = smoothed(op, target);
  const share = f32x4.div(weight, splat(<f32>rows));
  storeLanes(op.delta + (m << 2), f32x4.mul(share, slopeOf(op, out, wanted)), lanes);
  const right = v128.and(onSameSide(op, out, target), splat(1));
  storePairs(rowLosses + (m << 3), f32x4.mul(weight, lossOf(op, out, wanted)), right, lanes);
}

/**
 * Four rows' cross-entropies from logits z, from row m on, of which `lanes` are there: a row a lane, and the last in the
 * place of those that are missing. With z_max taken out, a loss keeps its digits when they are large and when it is tiny.
 */
function crossEntropies(op: OutputDelta, numbers: usize, m: u32, lanes: u32, rows: u32): void {
  const t = op.targets;
  const a = targetsOfRow(op, numbers, m, 0, lanes), b = targetsOfRow(op, numbers, m, 1, lanes);
  const c = targetsOfRow(op, numbers, m, 2, lanes), d = targetsOfRow(op, numbers, m, 3, lanes);
  const size = op.N << 2;
  const y0 = op.y + m * size;
  const y1 = y0 + min<u32>(1, lanes - 1) * size;
  const y2 = y0 + min<u32>(2, lanes - 1) * size;
  const y3 = y0 + min<u32>(3, lanes - 1) * size;
  const toDelta = op.delta - op.y;

  let largest = lanesOf(y0, y1, y2, y3);
  let most = targetsOfFour(a, b, c, d, 0, t);
  let right = onSameSide(op, largest, most);
  let top = i32x4.splat(0), wantedTop = i32x4.splat(0);
  let sum = smoothed(op, most);
  for (let j: u32 = 1; j < op.N; j++) {
    const at = j << 2;
    const z = lanesOf(y0 + at, y1 + at, y2 + at, y3 + at);
    const target = targetsOfFour(a, b, c, d, j, t);
    top = select(i32x4.splat(j), top, f32x4.gt(z, largest));
    wantedTop = select(i32x4.splat(j), wantedTop, f32x4.gt(target, most));
    largest = f32x4.max(z, largest);
    most = f32x4.max(target, most);
    sum = f32x4.add(sum, smoothed(op, target));
  }
  if (op.N > 1) right = i32x4.eq(top, wantedTop);

  let others = splat(0);
  for (let j: u32 = 0; j < op.N; j++) {
    const at = j << 2;
    const e = exp(f32x4.sub(lanesOf(y0 + at, y1 + at, y2 + at, y3 + at), largest));
    others = f32x4.add(others, v128.andnot(e, i32x4.eq(top, i32x4.splat(j))));
    const to = toDelta + at;
    storeEach(y0 + to, y1 + to, y2 + to, y3 + to, e);
  }

  const logSum = log1p(others);
  const factor = f32x4.div(sum, f32x4.add(splat(1), others));
  const weight = rowWeightsOfFour(a, b, c, d, t);
  const share = f32x4.div(weight, splat(<f32>rows));
  let loss = splat(0);
  for (let j: u32 = 0; j < op.N; j++) {
    const at = j << 2;
    const to = toDelta + at;
    const wanted = smoothed(op, targetsOfFour(a, b, c, d, j, t));
    const below = f32x4.sub(lanesOf(y0 + at, y1 + at, y2 + at, y3 + at), largest);
    const term = f32x4.mul(wanted, f32x4.add(f32x4.sub(logSum, below), entropy(op, wanted)));
    loss = f32x4.add(loss, v128.and(term, f32x4.ne(wanted, splat(0))));
    const slope = f32x4.sub(f32x4.mul(factor, lanesOf(y0 + to, y1 + to, y2 + to, y3 + to)), wanted);
    storeEach(y0 + to, y1 + to, y2 + to, y3 + to, f32x4.mul(share, slope));
  }
  storePairs(rowLosses + (m << 3), f32x4.mul(weight, loss), v128.and(right, splat(1)), lanes);
}

/** Adds up what the rows left, in groups. */
export function row_losses(op: OutputDelta, step: Step): void {
  if (thread != 0) return;
  let at = op.metrics + (step.slot * op.STRIDE << 3);
  for (let first: u32 = 0; first < op.M; first += GROUP, at += 8) {
    let loss: f32 = 0;
    let right: f32 = 0;
    const end = min(first + GROUP, step.rows);
    for (let m = first; m < end; m++) {
      loss += load<f32>(rowLosses + (m << 3));
      right += load<f32>(rowLosses + (m << 3), 4);
    }
    store<f32>(at, loss);
    store<f32>(at, right, 4);
  }
}

/** A loss that is a sum over outputs. */
function sumOfLosses(op: OutputDelta, y: usize, target: usize, delta: usize, share: f32): f32 {
  let sum = splat(0);
  for (let j: u32 = 0; j < op.N; j += 4) {
    const out = v128.load(y + (j << 2));
    const wanted = smoothed(op, targetsOf(target, j, op.targets));
    sum = f32x4.add(sum, v128.and(lossOf(op, out, wanted), firstLanes(op.N - j)));
    storeLanes(delta + (j << 2), f32x4.mul(splat(share), slopeOf(op, out, wanted)), op.N - j);
  }
  const isSum = op.LOSS == HALF_SQUARED || op.LOSS == CATEGORICAL;
  return isSum ? sumLanes(sum) : sumLanes(sum) / <f32>op.N;
}

function smoothed(op: OutputDelta, wanted: v128): v128 {
  if (op.SMOOTHING == 0) return wanted;
  const binary = op.LOSS == BINARY || op.LOSS == BINARY_LOGITS;
  const classes: f32 = binary ? 2 : <f32>op.N;
  return f32x4.add(f32x4.mul(wanted, splat(1 - op.SMOOTHING)), splat(op.SMOOTHING / classes));
}

function lossOf(op: OutputDelta, out: v128, wanted: v128): v128 {
  const error = f32x4.sub(out, wanted);
  const one = splat(1);
  switch (op.LOSS) {
    case HALF_SQUARED: return f32x4.mul(f32x4.mul(splat(0.5), error), error);
    case MEAN_SQUARED: return f32x4.mul(error, error);
    case MEAN_ABSOLUTE: return f32x4.abs(error);
    case HUBER: {
      const within = clamp(error, op.HUBER_DELTA);
      return f32x4.mul(within, f32x4.sub(error, f32x4.mul(splat(0.5), within)));
    }
    case BINARY: {
      const ones = f32x4.mul(wanted, safeLog(out));
      const zeros = f32x4.mul(f32x4.sub(one, wanted), safeLog1p(f32x4.neg(out)));
      return f32x4.sub(f32x4.neg(ones), zeros);
    }
    case BINARY_LOGITS: {
      const share = select(f32x4.sub(one, wanted), f32x4.neg(wanted), f32x4.gt(out, splat(0)));
      return f32x4.add(f32x4.mul(share, out), log1p(exp(f32x4.neg(f32x4.abs(out)))));
    }
    default: return f32x4.mul(wanted, f32x4.sub(entropy(op, wanted), safeLog(out)));
  }
}

/** The loss's derivative by one output's pre-activation. */
function slopeOf(op: OutputDelta, out: v128, wanted: v128): v128 {
  const error = f32x4.sub(out, wanted);
  const mean: f32 = 1 / <f32>op.N;
  if (op.LOSS == BINARY_LOGITS) return f32x4.mul(splat(mean), f32x4.sub(logistic(out), wanted));
  const f = activationSlope(out, op.activation);
  switch (op.LOSS) {
    case HALF_SQUARED: return f32x4.mul(error, f);
    case MEAN_SQUARED: return f32x4.mul(splat(mean), f32x4.mul(f32x4.add(error, error), f));
    case MEAN_ABSOLUTE: return f32x4.mul(splat(mean), f32x4.mul(sign(error), f));
    case HUBER: return f32x4.mul(splat(mean), f32x4.mul(clamp(error, op.HUBER_DELTA), f));
    case BINARY: {
      const spread = f32x4.pmax(f32x4.mul(out, f32x4.sub(splat(1), out)), splat(1e-12));
      return f32x4.mul(splat(mean), f32x4.mul(f32x4.div(error, spread), f));
    }
    default: return f32x4.mul(f32x4.div(f32x4.neg(wanted), f32x4.pmax(out, splat(1e-12))), f);
  }
}

@inline function clamp(x: v128, most: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, splat(-most)), splat(most));
}

/** ln s where the loss is a divergence. */
@inline function entropy(op: OutputDelta, wanted: v128): v128 {
  return op.DIVERGENCE ? safeLog(wanted) : splat(0);
}

/** ln x, cut off at −100 as in PyTorch. */
function safeLog(x: v128): v128 {
  return select(f32x4.pmax(log(x), splat(-100)), splat(-100), f32x4.gt(x, splat(0)));
}

function safeLog1p(x: v128): v128 {
  return select(f32x4.pmax(log1p(x), splat(-100)), splat(-100), f32x4.gt(x, splat(-1)));
}

/** Whether outputs and targets, one a row, are on the same side. */
@inline function onSameSide(op: OutputDelta, out: v128, target: v128): v128 {
  return i32x4.eq(f32x4.gt(out, splat(op.THRESHOLD)), f32x4.gt(target, splat(0.5)));
}

/** The largest output is the largest target; of a single output, both are on the same side. */
function isRight(op: OutputDelta, y: usize, target: usize): bool {
  if (op.N == 1) return load<f32>(y) > op.THRESHOLD == targetOf(target, 0, op.targets) > 0.5;
  return largestOf(y, op.N) == largestTarget(target, op.N, op.targets);
}
