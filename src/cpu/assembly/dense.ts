// Dense layers, forward and back. Each thread takes some of the batch's rows.
import { DenseForward, HiddenDelta, Step } from './layout';
import { activateAll, multiplyBySlopes } from './math/activation';
import { COLUMNS, DEPTH, packPanel, packPanelTransposed, packSixes, panelOfRows } from './matmul';
import { batchRows, rowNumbers, scratch, zeros } from './places';
import { shareEnd, shareStart } from './threads';
import { each, madd, splat, storeLanes, sumsOfFour } from './vectors';

/** So few rows do not repay packing them, nor a panel that they are multiplied by. */
const FEW: u32 = 12;
/** Rows that are multiplied by all panels in turn, so that `DEPTH` numbers of each stay in the second cache. */
const MANY: u32 = 258;
/** Bytes of a packed panel; the packed rows are behind it, and behind these are bytes that may be written. */
const PANEL: u32 = DEPTH * COLUMNS << 2;
const SLACK: u32 = 128;

/** Bytes of scratch memory that a thread needs for a layer's product over so many rows. */
export function productScratch(rows: u32): u32 {
  return PANEL + (min(rows, MANY) * DEPTH << 2) + SLACK;
}

/** Y = F(X·W + b). */
export function dense_forward(op: DenseForward, step: Step): void {
  const numbers = rowNumbers(op.GATHER, op.permutation, step.first);
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m += MANY) {
    const rows = min(MANY, end - m);
    const y = op.y + (m * op.N << 2);
    if (op.N == 1 && (op.K & 3) == 0) {
      forwardUnit(op, numbers + (m << 2), rows, y);
    } else {
      forwardRows(op, numbers + (m << 2), rows, y);
    }
    activateAll(y, rows * op.N, op.activation);
  }
}

@inline function forwardRows(op: DenseForward, numbers: usize, rows: u32, y: usize): void {
  const wide = op.N << 2;
  const direct = rows <= FEW || op.N <= COLUMNS;
  for (let k: u32 = 0; k < op.K; k += DEPTH) {
    const depth = min(DEPTH, op.K - k);
    const x = op.x + (k << 2);
    const packed = direct ? 0 : packSixes(numbers, rows, x, op.K << 2, depth, scratch + PANEL);
    for (let n: u32 = 0; n < op.N; n += COLUMNS) {
      let b = op.parameters + k * wide + (n << 2);
      let bStep = wide;
      if (!direct) {
        packPanel(b, wide, depth, scratch);
        b = scratch;
        bStep = COLUMNS << 2;
      }
      const bias = op.parameters + op.K * wide + (n << 2);
      const c = y + (n << 2);
      panelOfRows(
        packed, numbers, rows, x, op.K << 2,
        b, bStep, depth,
        k == 0 ? bias : c, k == 0 ? 0 : wide, c, wide, min(COLUMNS, op.N - n),
      );
    }
  }
}

/** The same of a single unit with a multiple of 4 inputs: along them, four rows at a time. */
@inline function forwardUnit(op: DenseForward, numbers: usize, rows: u32, y: usize): void {
  const size = op.K << 2;
  const end = op.parameters + size;
  for (let m: u32 = 0; m < rows; m += 4, numbers += 16, y += 16) {
    const last = rows - m - 1;
    let a = op.x + load<u32>(numbers) * size;
    let b = op.x + load<u32>(numbers + (min<u32>(1, last) << 2)) * size;
    let c = op.x + load<u32>(numbers + (min<u32>(2, last) << 2)) * size;
    let d = op.x + load<u32>(numbers + (min<u32>(3, last) << 2)) * size;
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    let w = op.parameters;
    for (; w < end; w += 16, a += 16, b += 16, c += 16, d += 16) {
      const weights = v128.load(w);
      s0 = madd(v128.load(a), weights, s0);
      s1 = madd(v128.load(b), weights, s1);
      s2 = madd(v128.load(c), weights, s2);
      s3 = madd(v128.load(d), weights, s3);
    }
    storeLanes(y, f32x4.add(sumsOfFour(s0, s1, s2, s3), each(end)), rows - m);
  }
}

/** Δ_in = (Δ·Wᵀ) ∘ F′. */
export function hidden_delta(op: HiddenDelta, step: Step): void {
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m += MANY) {
    const rows = min(MANY, end - m);
    const at = m * op.K << 2;
    if (op.N == 1) {
      backUnit(op, op.delta + (m << 2), rows, op.result + at);
    } else {
      backRows(op, batchRows + (m << 2), rows, op.result + at);
    }
    multiplyBySlopes(op.result + at, op.kept + at, rows * op.K, op.activation);
  }
}

@inline function backRows(op: HiddenDelta, numbers: usize, rows: u32, result: usize): void {
  const deep = op.N << 2;
  const wide = op.K << 2;
  for (let n: u32 = 0; n < op.N; n += DEPTH) {
    const depth = min(DEPTH, op.N - n);
    const delta = op.delta + (n << 2);
    const packed = rows <= FEW ? 0 : packSixes(numbers, rows, delta, deep, depth, scratch + PANEL);
    for (let k: u32 = 0; k < op.K; k += COLUMNS) {
      const columns = min(COLUMNS, op.K - k);
      packPanelTransposed(op.parameters + k * deep + (n << 2), deep, columns, depth, scratch);
      const c = result + (k << 2);
      panelOfRows(
        packed, numbers, rows, delta, deep,
        scratch, COLUMNS << 2, depth,
        n == 0 ? zeros : c, n == 0 ? 0 : wide, c, wide, columns,
      );
    }
  }
}

/** The same of a single unit, whose weights are in a row. */
@inline function backUnit(op: HiddenDelta, delta: usize, rows: u32, result: usize): void {
  for (const end = delta + (rows << 2); delta < end; delta += 4, result += op.K << 2) {
    const own = each(delta);
    for (let k: u32 = 0; k < op.K; k += 4) {
      storeLanes(result + (k << 2), f32x4.mul(own, v128.load(op.parameters + (k << 2))), op.K - k);
    }
  }
}
