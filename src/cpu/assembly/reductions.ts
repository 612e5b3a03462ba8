// Sums that look at what a step has made: see the shaders of these names. Each thread takes some of the sums.
import {
  ClassCounts, ClipScale, GradientNorm, MetricSums, Step, UnitStats, WeightAverage, WeightPenalty,
} from './layout';
import { activationSlope } from './math/activation';
import { rowNumbers } from './places';
import { largestOf, largestTarget, targetOf, targetRow, targetsOf } from './targets';
import { shareEnd, shareStart, thread } from './threads';
import { firstLanes, splat, storeLanes, storePairs, sumLanes } from './vectors';

/** Rows, and numbers, that make a sum: those of a workgroup on the GPU. */
const ROWS: u32 = 64;
const PART: u32 = 4096;

export function metric_sums(op: MetricSums, step: Step): void {
  const t = op.targets;
  const numbers = rowNumbers(t.GATHER, op.permutation, step.first);
  const groups = (op.M + ROWS - 1) / ROWS;
  for (let group = shareStart(groups), last = shareEnd(groups); group < last; group++) {
    let squares = splat(0);
    let sizes = splat(0);
    let targets = splat(0);
    let targetSquares = splat(0);
    const end = min((group + 1) * ROWS, step.rows);
    for (let m = group * ROWS; m < end; m++) {
      const target = targetRow(op.target_rows, load<u32>(numbers + (m << 2)), t);
      for (let j: u32 = 0; j < op.N; j += 4) {
        const within = firstLanes(op.N - j);
        const wanted = v128.and(targetsOf(target, j, t), within);
        const error = f32x4.sub(v128.and(v128.load(op.y + (m * op.N + j << 2)), within), wanted);
        squares = f32x4.add(squares, f32x4.mul(error, error));
        sizes = f32x4.add(sizes, f32x4.abs(error));
        targets = f32x4.add(targets, wanted);
        targetSquares = f32x4.add(targetSquares, f32x4.mul(wanted, wanted));
      }
    }
    const at = op.metrics + (step.slot * op.STRIDE + op.OFFSET + 2 * group << 3);
    const outputs = <f32>op.N;
    store<f32>(at, sumLanes(squares) / outputs);
    store<f32>(at, sumLanes(sizes) / outputs, 4);
    store<f32>(at, sumLanes(targets) / outputs, 8);
    store<f32>(at, sumLanes(targetSquares) / outputs, 12);
  }
}

@inline function count(counts: usize, i: u32): void {
  store<u32>(counts + (i << 2), load<u32>(counts + (i << 2)) + 1);
}

export function class_counts(op: ClassCounts, step: Step): void {
  if (thread != 0) return;
  const t = op.targets;
  const numbers = rowNumbers(t.GATHER, op.permutation, step.first);
  for (let m: u32 = 0; m < step.rows; m++) {
    const target = targetRow(op.target_rows, load<u32>(numbers + (m << 2)), t);
    const y = op.y + (m * op.N << 2);
    if (op.N == 1) {
      const label: u32 = targetOf(target, 0, t) > 0.5 ? 1 : 0;
      const out = load<f32>(y);
      count(op.counts, 2 * label + (out > 0.5 ? 1 : 0));
      const bin = min(<u32>(min<f32>(max<f32>(out, 0), 1) * <f32>op.BINS), op.BINS - 1);
      count(op.counts, 4 + label * op.BINS + bin);
    } else {
      count(op.counts, largestTarget(target, op.N, t) * op.N + largestOf(y, op.N));
    }
  }
}

export function gradient_norm(op: GradientNorm, step: Step): void {
  const groups = (op.END - op.START + PART - 1) / PART;
  for (let group = shareStart(groups), last = shareEnd(groups); group < last; group++) {
    const start = op.START + group * PART;
    const end = min(start + PART, op.END);
    let sum = splat(0);
    for (let i = start; i < end; i += 4) {
      const g = v128.and(v128.load(op.gradient + (i << 2)), firstLanes(end - i));
      sum = f32x4.add(sum, f32x4.mul(g, g));
    }
    store<f32>(op.squares + (op.OFFSET + group << 2), sumLanes(sum));
  }
}

export function clip_scale(op: ClipScale, step: Step): void {
  if (thread != 0) return;
  let sum: f32 = 0;
  for (let i: u32 = 0; i < op.COUNT; i++) sum += load<f32>(op.squares + (i << 2));
  store<f32>(op.gradient_scale, min<f32>(1, op.CLIP_NORM / (sqrt(sum) + 1e-6)));
}

export function weight_penalty(op: WeightPenalty, step: Step): void {
  const groups = (op.SIZE + PART - 1) / PART;
  for (let group = shareStart(groups), last = shareEnd(groups); group < last; group++) {
    const end = min((group + 1) * PART, op.SIZE);
    let sizes = splat(0);
    let squares = splat(0);
    for (let i = group * PART; i < end; i += 4) {
      const weight = v128.and(v128.load(op.parameters + (i << 2)), firstLanes(end - i));
      sizes = f32x4.add(sizes, f32x4.abs(weight));
      squares = f32x4.add(squares, f32x4.mul(weight, weight));
    }
    const at = op.metrics + (step.slot * op.STRIDE + op.OFFSET + group << 3);
    const penalty = op.L1 * sumLanes(sizes) + op.L2 * sumLanes(squares);
    store<f32>(at, penalty * <f32>step.rows);
    store<f32>(at, 0, 4);
  }
}

export function unit_stats(op: UnitStats, step: Step): void {
  const units = shareEnd(op.N);
  for (let n = shareStart(op.N); n < units; n += 4) {
    let sum = splat(0);
    let slope = splat(0);
    for (let m: u32 = 0; m < step.rows; m++) {
      const at = m * op.N + n << 2;
      sum = f32x4.add(sum, f32x4.abs(v128.load(op.delta + at)));
      slope = f32x4.pmax(slope, f32x4.abs(activationSlope(v128.load(op.kept + at), op.activation)));
    }
    storePairs(op.stats + (op.OFFSET + 2 * n << 2), sum, slope, units - n);
  }
}

export function weight_average(op: WeightAverage, step: Step): void {
  const end = shareEnd(op.SIZE);
  const share = splat(op.SHARE);
  for (let i = shareStart(op.SIZE); i < end; i += 4) {
    const weight = v128.load(op.parameters + (i << 2));
    const average = v128.load(op.average + (i << 2));
    const moved = f32x4.add(average, f32x4.mul(share, f32x4.sub(weight, average)));
    storeLanes(op.average + (i << 2), step.index == 0 ? weight : moved, end - i);
  }
}
