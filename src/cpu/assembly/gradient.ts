// Gradients of dense layers' parameters, Xᵀ·Δ, with the optimizer's step on each block of rows while it is near.
// Each thread takes some of the parameters' rows.
import { GradientUpdate, Regulariser, Step, WeightGradient, WeightUpdate } from './layout';
import { COLUMNS, DEPTH, ROWS, packPanel, packRows, storeRow, tileOfPacked } from './matmul';
import { optimizerSteps } from './math/optimizer';
import { rowNumbers, scratch, zeros } from './places';
import { shareEnd, shareStart } from './threads';
import { each, madd, sign, splat, storeLanes } from './vectors';

/** Tiles of rows whose gradient is computed at a time. */
const BLOCK: u32 = 4;
/** Bytes behind it that may be read. */
const SLACK: u32 = 64;

/** Where the parts of a thread's scratch memory begin: packed Δ, packed columns of X, a block of the gradient. */
let columnsAt: usize = 0;
let gradientAt: usize = 0;

/** Bytes of scratch memory that a thread needs for the gradient of a layer with so many units, over so many rows. */
export function gradientScratchSize(rows: u32, units: u32): u32 {
  const panels = (units + COLUMNS - 1) / COLUMNS;
  return (panels * rows * COLUMNS + BLOCK * ROWS * (DEPTH + units) << 2) + SLACK;
}

/** Packs Δ whole, unless its rows are no wider than a panel, and says where it is. */
function packDelta(delta: usize, rows: u32, wide: u32): usize {
  const panels = (wide + COLUMNS - 1) / COLUMNS;
  const panelSize = rows * (COLUMNS << 2);
  const direct = wide <= COLUMNS;
  columnsAt = scratch + (direct ? 0 : panels * panelSize);
  gradientAt = columnsAt + BLOCK * DEPTH * (ROWS << 2);
  if (direct) return delta;
  for (let panel: u32 = 0; panel < panels; panel++) {
    packPanel(delta + panel * (COLUMNS << 2), wide << 2, rows, scratch + panel * panelSize);
  }
  return scratch;
}

/**
 * `count` rows of Xᵀ·Δ from row `first` on, into `to`, one row after the other. X has a column of ones beside it.
 */
function gradientRows(
  numbers: usize, rows: u32, x: usize, inputs: u32, delta: usize, units: u32, first: u32, count: u32, to: usize,
): void {
  if (units == 1) {
    gradientOfUnit(numbers, rows, x, inputs, delta, first, count, to);
    return;
  }
  const direct = units <= COLUMNS;
  if (direct && inputs <= 2) {
    gradientOfTwo(numbers, rows, x, inputs, delta, units, count, to);
    return;
  }
  const wide = units << 2;
  const deltaStep = direct ? wide : COLUMNS << 2;
  for (let m: u32 = 0; m < rows; m += DEPTH) {
    const depth = min(DEPTH, rows - m);
    for (let i: u32 = 0; i < count; i += ROWS) {
      const packed = columnsAt + i * (DEPTH << 2);
      packRows(numbers + (m << 2), depth, x + ((first + i) << 2), inputs << 2, packed);
      const ones = inputs - first - i;
      if (ones < ROWS) {
        for (let k: u32 = 0; k < depth; k++) store<f32>(packed + k * (ROWS << 2) + (ones << 2), 1);
      }
    }
    for (let n: u32 = 0; n < units; n += COLUMNS) {
      const b = delta + (direct ? m * wide : n * (rows << 2) + m * (COLUMNS << 2));
      for (let i: u32 = 0; i < count; i += ROWS) {
        const c = to + i * wide + (n << 2);
        tileOfPacked(
          min(ROWS, count - i), columnsAt + i * (DEPTH << 2),
          b, deltaStep, depth,
          m == 0 ? zeros : c, m == 0 ? 0 : wide, c, wide, min(COLUMNS, units - n),
        );
      }
    }
  }
}

/** The same of one input or two, and units no more than a panel's: X is as good as packed. */
function gradientOfTwo(
  numbers: usize, rows: u32, x: usize, inputs: u32, delta: usize, units: u32, count: u32, to: usize,
): void {
  const wide = units << 2;
  let x0 = splat(0), y0 = splat(0);
  let x1 = splat(0), y1 = splat(0);
  let bias = splat(0), biasHigh = splat(0);
  for (const end = numbers + (rows << 2); numbers < end; numbers += 4, delta += wide) {
    const row = x + (load<u32>(numbers) * inputs << 2);
    const low = v128.load(delta), high = v128.load(delta, 16);
    x0 = madd(each(row), low, x0);
    y0 = madd(each(row), high, y0);
    x1 = madd(each(row, 4), low, x1);
    y1 = madd(each(row, 4), high, y1);
    bias = f32x4.add(bias, low);
    biasHigh = f32x4.add(biasHigh, high);
  }
  storeRow(to, x0, y0, units);
  if (inputs == 2) storeRow((to += wide), x1, y1, units);
  if (count > inputs) storeRow((to += wide), bias, biasHigh, units);
}

/** The same of a single unit: along its inputs, four at a time. */
function gradientOfUnit(
  numbers: usize, rows: u32, x: usize, inputs: u32, delta: usize, first: u32, count: u32, to: usize,
): void {
  for (let i: u32 = 0; i < count; i += 4) {
    let sum = splat(0);
    for (let m: u32 = 0; m < rows; m++) {
      const row = x + (load<u32>(numbers + (m << 2)) * inputs + first + i << 2);
      sum = madd(v128.load_splat<f32>(delta + (m << 2)), v128.load(row), sum);
    }
    storeLanes(to + (i << 2), sum, count - i);
  }
  if (first + count <= inputs) return;
  let bias: f32 = 0;
  for (let m: u32 = 0; m < rows; m++) bias += load<f32>(delta + (m << 2));
  store<f32>(to + (inputs - first << 2), bias);
}

/** Adds the regulariser's slopes to `count` numbers of the gradient, and clips them. */
function regularise(gradient: usize, parameters: usize, count: u32, r: Regulariser, inKernel: bool): void {
  const l1 = splat(inKernel ? r.L1 : 0);
  const l2 = splat(inKernel ? 2 * r.L2 : 0);
  const most = splat(r.CLIP_VALUE > 0 ? r.CLIP_VALUE : Infinity);
  const least = f32x4.neg(most);
  for (let i: u32 = 0; i < count; i += 4, gradient += 16, parameters += 16) {
    const weight = v128.load(parameters);
    const slope = f32x4.add(
      v128.load(gradient),
      f32x4.add(f32x4.mul(l1, sign(weight)), f32x4.mul(l2, weight)),
    );
    storeLanes(gradient, f32x4.pmin(f32x4.pmax(slope, least), most), count - i);
  }
}

/** The same for rows from `first` on, of which the last may be the bias. */
function regulariseRows(
  gradient: usize, parameters: usize, first: u32, count: u32, inputs: u32, units: u32, r: Regulariser,
): void {
  if (r.L1 == 0 && r.L2 == 0 && !(r.CLIP_VALUE > 0)) return;
  const inKernel = (min(first + count, inputs) - first) * units;
  regularise(gradient, parameters, inKernel, r, true);
  regularise(gradient + (inKernel << 2), parameters + (inKernel << 2), count * units - inKernel, r, false);
}

export function weight_gradient(op: WeightGradient, step: Step): void {
  const wide = op.N << 2;
  const tiles = op.K / ROWS + 1;
  const numbers = rowNumbers(op.GATHER, op.permutation, step.first);
  const end = min(shareEnd(tiles) * ROWS, op.K + 1);
  const delta = packDelta(op.delta, step.rows, op.N);
  for (let k = shareStart(tiles) * ROWS; k < end; k += BLOCK * ROWS) {
    const count = min(BLOCK * ROWS, end - k);
    const gradient = op.gradient + k * wide;
    gradientRows(numbers, step.rows, op.x, op.K, delta, op.N, k, count, gradient);
    regulariseRows(gradient, op.parameters + k * wide, k, count, op.K, op.N, op.regulariser);
  }
}

export function gradient_update(op: GradientUpdate, step: Step): void {
  const wide = op.N << 2;
  const all = op.K + op.USE_BIAS;
  const tiles = (all + ROWS - 1) / ROWS;
  const numbers = rowNumbers(op.GATHER, op.permutation, step.first);
  const end = min(shareEnd(tiles) * ROWS, all);
  const size = (op.K + 1) * op.N;
  const delta = packDelta(op.delta, step.rows, op.N);
  for (let k = shareStart(tiles) * ROWS; k < end; k += BLOCK * ROWS) {
    const count = min(BLOCK * ROWS, end - k);
    const parameters = op.parameters + k * wide;
    gradientRows(numbers, step.rows, op.x, op.K, delta, op.N, k, count, gradientAt);
    regulariseRows(gradientAt, parameters, k, count, op.K, op.N, op.regulariser);
    optimizerSteps(
      gradientAt, 1, parameters, op.moments + k * wide, size << 2, count * op.N, op.optimizer, step,
    );
  }
}

/** The optimizer's step on parameters whose gradient is known. */
export function weight_update(op: WeightUpdate, step: Step): void {
  const all = op.END - op.START;
  const from = op.START + shareStart(all);
  const count = op.START + shareEnd(all) - from;
  const at = from << 2;
  const scale = op.SCALED ? load<f32>(op.gradient_scale) : 1;
  optimizerSteps(
    op.gradient + at, scale, op.parameters + at, op.moments + at, op.SIZE << 2, count, op.optimizer, step,
  );
}
