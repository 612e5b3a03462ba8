// The loss, its derivative and the rows predicted right: see shaders/output_delta.wgsl for the formulas. Each thread
// takes some of the batch's rows and leaves each row's loss; once all are there, they are added up.
import {
  BINARY, BINARY_LOGITS, CATEGORICAL, CATEGORICAL_LOGITS, HALF_SQUARED, HUBER, MEAN_ABSOLUTE, MEAN_SQUARED,
  OutputDelta, Step,
} from './layout';
import { activationSlope, logistic } from './math/activation';
import { exp, log, log1p } from './math/exp';
import { rowLosses, rowNumbers } from './places';
import { largestOf, largestTarget, rowWeight, targetOf, targetRow, targetsOf } from './targets';
import { shareEnd, shareStart, thread } from './threads';
import { firstLanes, lanesOf, select, sign, splat, storeLanes, storePairs, sumLanes } from './vectors';

/** Rows whose losses are added up: those of a workgroup on the GPU. */
const GROUP: u32 = 64;

export function output_delta(op: OutputDelta, step: Step): void {
  const numbers = rowNumbers(op.targets.GATHER, op.permutation, step.first);
  const end = shareEnd(step.rows);
  if (op.N == 1 && op.LOSS != CATEGORICAL_LOGITS && !op.targets.SPARSE) {
    for (let m = shareStart(step.rows); m < end; m += 4) singleOutputs(op, numbers, m, end - m, step.rows);
    return;
  }
  for (let m = shareStart(step.rows); m < end; m++) {
    const target = targetRow(op.target_rows, load<u32>(numbers + (m << 2)), op.targets);
    const y = op.y + (m * op.N << 2);
    const delta = op.delta + (m * op.N << 2);
    const weight = rowWeight(target, op.targets);
    const share = weight / <f32>step.rows;
    const top = largestOf(y, op.N);
    const loss =
      op.LOSS == CATEGORICAL_LOGITS
        ? crossEntropy(op, y, top, target, delta, share)
        : sumOfLosses(op, y, target, delta, share);
    store<f32>(rowLosses + (m << 3), weight * loss);
    store<f32>(rowLosses + (m << 3), isRight(op, y, top, target) ? 1 : 0, 4);
  }
}

/** Four rows of one output each, from row m on, of which `lanes` are there. */
@inline function singleOutputs(op: OutputDelta, numbers: usize, m: u32, lanes: u32, rows: u32): void {
  const t = op.targets;
  const last = lanes - 1;
  numbers += m << 2;
  const a = targetRow(op.target_rows, load<u32>(numbers), t);
  const b = targetRow(op.target_rows, load<u32>(numbers + (min<u32>(1, last) << 2)), t);
  const c = targetRow(op.target_rows, load<u32>(numbers + (min<u32>(2, last) << 2)), t);
  const d = targetRow(op.target_rows, load<u32>(numbers + (min<u32>(3, last) << 2)), t);
  const out = v128.load(op.y + (m << 2));
  const target = lanesOf(a, b, c, d);
  const weight = t.WEIGHTED ? lanesOf(a + 4, b + 4, c + 4, d + 4) : splat(1);
  const wanted = smoothed(op, target);
  const share = f32x4.div(weight, splat(<f32>rows));
  storeLanes(op.delta + (m << 2), f32x4.mul(share, slopeOf(op, out, wanted)), lanes);
  const differs = v128.xor(
    f32x4.gt(out, splat(op.THRESHOLD)),
    f32x4.gt(target, splat(0.5)),
  );
  const right = v128.andnot(splat(1), differs);
  storePairs(rowLosses + (m << 3), f32x4.mul(weight, lossOf(op, out, wanted)), right, lanes);
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

/** From logits z: with z_max taken out, the loss keeps its digits when they are large and when it is tiny. */
function crossEntropy(op: OutputDelta, y: usize, top: u32, target: usize, delta: usize, share: f32): f32 {
  const largest = v128.load_splat<f32>(y + (top << 2));
  let others = splat(0);
  let weight = splat(0);
  for (let j: u32 = 0; j < op.N; j += 4) {
    const within = firstLanes(op.N - j);
    const e = exp(f32x4.sub(v128.load(y + (j << 2)), largest));
    const isTop = i32x4.eq(i32x4.splat(top - j), i32x4(0, 1, 2, 3));
    others = f32x4.add(others, v128.andnot(v128.and(e, within), isTop));
    weight = f32x4.add(weight, v128.and(smoothed(op, targetsOf(target, j, op.targets)), within));
    storeLanes(delta + (j << 2), e, op.N - j);
  }
  const sum = splat(sumLanes(others));
  const logSum = log1p(sum);
  const factor = f32x4.div(splat(sumLanes(weight)), f32x4.add(splat(1), sum));
  let loss = splat(0);
  for (let j: u32 = 0; j < op.N; j += 4) {
    const wanted = smoothed(op, targetsOf(target, j, op.targets));
    const below = f32x4.sub(v128.load(y + (j << 2)), largest);
    const term = f32x4.mul(wanted, f32x4.add(f32x4.sub(logSum, below), entropy(op, wanted)));
    const counts = v128.and(f32x4.ne(wanted, splat(0)), firstLanes(op.N - j));
    loss = f32x4.add(loss, v128.and(term, counts));
    const slope = f32x4.sub(f32x4.mul(factor, v128.load(delta + (j << 2))), wanted);
    storeLanes(delta + (j << 2), f32x4.mul(splat(share), slope), op.N - j);
  }
  return sumLanes(loss);
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

/** The largest output is the largest target; of a single output, both are on the same side. */
function isRight(op: OutputDelta, y: usize, top: u32, target: usize): bool {
  if (op.N == 1) return load<f32>(y) > op.THRESHOLD == targetOf(target, 0, op.targets) > 0.5;
  return top == largestTarget(target, op.N, op.targets);
}
