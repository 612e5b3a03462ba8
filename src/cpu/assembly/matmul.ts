// The inner loop of all three products: a tile of 6×8 outputs, in twelve registers, or of 4×8 where that is less work,
// from rows of A and a panel of B that is 8 numbers wide, C(tile) = start + A·B. Each number of a sum comes in turn, so
// that what a tile computes does not depend on where tiles and threads begin. The k loop is not unrolled: the compilers
// would reorder the sums until they no longer fit in registers.
import { madd } from './vectors';

/** Rows and columns of a tile. */
export const ROWS: u32 = 6;
export const COLUMNS: u32 = 8;
/** Terms of a sum that are added up at a time, so that a packed panel of B stays in the nearest cache. */
export const DEPTH: u32 = 264;

@inline export function storeRow(c: usize, low: v128, high: v128, columns: u32): void {
  if (columns >= COLUMNS) {
    v128.store(c, low);
    v128.store(c, high, 16);
  } else {
    storePart(c, low, high, columns);
  }
}

function storePart(c: usize, low: v128, high: v128, columns: u32): void {
  let some = low;
  if (columns & 4) {
    v128.store(c, low);
    c += 16;
    some = high;
  }
  if (columns & 2) {
    v128.store_lane<u64>(c, some, 0);
    if (columns & 1) v128.store_lane<u32>(c, some, 2, 8);
  } else if (columns & 1) {
    v128.store_lane<u32>(c, some, 0);
  }
}

/** Whether the next of so many rows are a tile of six: twice 4 rows are less work than 6 and 2. */
@inline function takesSix(rows: u32): bool {
  return rows > 4 && rows != 8;
}

/**
 * All rows of a panel. `numbers` holds the numbers of A's rows, of which there are `rows`; row r is at `a + r · aRow`.
 * Tiles of six are at `packed`, where `packSixes` has put them, unless that is 0. The sums start from what is at
 * `start`, its rows `startStep` bytes apart; `columns` of the panel are stored.
 */
export function panelOfRows(
  packed: usize, numbers: usize, rows: u32, a: usize, aRow: u32,
  b: usize, bStep: u32, depth: u32,
  start: usize, startStep: u32, c: usize, cStep: u32, columns: u32,
): void {
  while (rows > 0) {
    const six = packed != 0 && takesSix(rows);
    const present = min(six ? ROWS : 4, rows);
    if (six) {
      tileOfPacked(present, packed, b, bStep, depth, start, startStep, c, cStep, columns);
      packed += depth * (ROWS << 2);
    } else {
      fourRows(numbers, present, a, aRow, b, bStep, depth, start, startStep, c, cStep, columns);
    }
    rows -= present;
    numbers += present << 2;
    start += present * startStep;
    c += present * cStep;
  }
}

function fourRows(
  numbers: usize, rows: u32, a: usize, aRow: u32,
  b: usize, bStep: u32, depth: u32,
  start: usize, startStep: u32, c: usize, cStep: u32, columns: u32,
): void {
  const last = rows - 1;
  let a0 = a + load<u32>(numbers) * aRow;
  let a1 = a + load<u32>(numbers + (min<u32>(1, last) << 2)) * aRow;
  let a2 = a + load<u32>(numbers + (min<u32>(2, last) << 2)) * aRow;
  let a3 = a + load<u32>(numbers + (min<u32>(3, last) << 2)) * aRow;
  let x0 = v128.load(start), y0 = v128.load(start, 16);
  if (rows > 1) start += startStep;
  let x1 = v128.load(start), y1 = v128.load(start, 16);
  if (rows > 2) start += startStep;
  let x2 = v128.load(start), y2 = v128.load(start, 16);
  if (rows > 3) start += startStep;
  let x3 = v128.load(start), y3 = v128.load(start, 16);
  for (const end = a0 + (depth << 2); a0 < end; ) {
    const low = v128.load(b), high = v128.load(b, 16);
    let each = v128.load_splat<f32>(a0);
    x0 = madd(each, low, x0);
    y0 = madd(each, high, y0);
    each = v128.load_splat<f32>(a1);
    x1 = madd(each, low, x1);
    y1 = madd(each, high, y1);
    each = v128.load_splat<f32>(a2);
    x2 = madd(each, low, x2);
    y2 = madd(each, high, y2);
    each = v128.load_splat<f32>(a3);
    x3 = madd(each, low, x3);
    y3 = madd(each, high, y3);
    b += bStep;
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
  }
  storeRow(c, x0, y0, columns);
  if (rows > 1) storeRow((c += cStep), x1, y1, columns);
  if (rows > 2) storeRow((c += cStep), x2, y2, columns);
  if (rows > 3) storeRow((c += cStep), x3, y3, columns);
}

/** A given packed, the six numbers of a column side by side: a sixth faster than by its rows. */
export function tileOfPacked(
  rows: u32, a: usize,
  b: usize, bStep: u32, depth: u32,
  start: usize, startStep: u32, c: usize, cStep: u32, columns: u32,
): void {
  let x0 = v128.load(start), y0 = v128.load(start, 16);
  if (rows > 1) start += startStep;
  let x1 = v128.load(start), y1 = v128.load(start, 16);
  if (rows > 2) start += startStep;
  let x2 = v128.load(start), y2 = v128.load(start, 16);
  if (rows > 3) start += startStep;
  let x3 = v128.load(start), y3 = v128.load(start, 16);
  if (rows > 4) start += startStep;
  let x4 = v128.load(start), y4 = v128.load(start, 16);
  if (rows > 5) start += startStep;
  let x5 = v128.load(start), y5 = v128.load(start, 16);
  for (const end = a + depth * (ROWS << 2); a < end; a += ROWS << 2) {
    const low = v128.load(b), high = v128.load(b, 16);
    let each = v128.load_splat<f32>(a);
    x0 = madd(each, low, x0);
    y0 = madd(each, high, y0);
    each = v128.load_splat<f32>(a, 4);
    x1 = madd(each, low, x1);
    y1 = madd(each, high, y1);
    each = v128.load_splat<f32>(a, 8);
    x2 = madd(each, low, x2);
    y2 = madd(each, high, y2);
    each = v128.load_splat<f32>(a, 12);
    x3 = madd(each, low, x3);
    y3 = madd(each, high, y3);
    each = v128.load_splat<f32>(a, 16);
    x4 = madd(each, low, x4);
    y4 = madd(each, high, y4);
    each = v128.load_splat<f32>(a, 20);
    x5 = madd(each, low, x5);
    y5 = madd(each, high, y5);
    b += bStep;
  }
  storeRow(c, x0, y0, columns);
  if (rows > 1) storeRow((c += cStep), x1, y1, columns);
  if (rows > 2) storeRow((c += cStep), x2, y2, columns);
  if (rows > 3) storeRow((c += cStep), x3, y3, columns);
  if (rows > 4) storeRow((c += cStep), x4, y4, columns);
  if (rows > 5) storeRow((c += cStep), x5, y5, columns);
}

/** Eight columns of B, `depth` rows `bStep` bytes apart, side by side. */
export function packPanel(b: usize, bStep: u32, depth: u32, to: usize): void {
  for (const end = to + depth * (COLUMNS << 2); to < end; to += COLUMNS << 2) {
    v128.store(to, v128.load(b));
    v128.store(to, v128.load(b, 16), 16);
    b += bStep;
  }
}

/** The same of B's transpose: eight rows of B, of which there are `rows`, `depth` numbers of each. */
export function packPanelTransposed(b: usize, bStep: u32, rows: u32, depth: u32, to: usize): void {
  const last = rows - 1;
  for (let half: u32 = 0; half < 8; half += 4, to += 16) {
    let b0 = b + min(half, last) * bStep;
    let b1 = b + min(half + 1, last) * bStep;
    let b2 = b + min(half + 2, last) * bStep;
    let b3 = b + min(half + 3, last) * bStep;
    let at = to;
    for (let k: u32 = 0; k < depth; k += 4, at += 128) {
      const r0 = v128.load(b0), r1 = v128.load(b1), r2 = v128.load(b2), r3 = v128.load(b3);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(at, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(at, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
      v128.store(at, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
      v128.store(at, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
      b0 += 16;
      b1 += 16;
      b2 += 16;
      b3 += 16;
    }
  }
}

/** The rows of A that `panelOfRows` takes in sixes, as `tileOfPacked` wants them. Gives the place where they are. */
export function packSixes(numbers: usize, rows: u32, a: usize, aRow: u32, depth: u32, to: usize): usize {
  for (let at = to; takesSix(rows); at += depth * (ROWS << 2), numbers += ROWS << 2) {
    const last = min(ROWS, rows) - 1;
    packSix(numbers, last, a, aRow, depth, at);
    rows -= last + 1;
  }
  return to;
}

function packSix(numbers: usize, last: u32, a: usize, aRow: u32, depth: u32, to: usize): void {
  let a0 = a + load<u32>(numbers) * aRow;
  let a1 = a + load<u32>(numbers, 4) * aRow;
  let a2 = a + load<u32>(numbers, 8) * aRow;
  let a3 = a + load<u32>(numbers, 12) * aRow;
  let a4 = a + load<u32>(numbers, 16) * aRow;
  let a5 = a + load<u32>(numbers + (last << 2)) * aRow;
  for (const end = to + depth * (ROWS << 2); to < end; to += 96) {
    const r0 = v128.load(a0), r1 = v128.load(a1), r2 = v128.load(a2), r3 = v128.load(a3);
    const r4 = v128.load(a4), r5 = v128.load(a5);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    const low45 = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5), high45 = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store_lane<u64>(to, low45, 0, 16);
    v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 24);
    v128.store_lane<u64>(to, low45, 1, 40);
    v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 48);
    v128.store_lane<u64>(to, high45, 0, 64);
    v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 72);
    v128.store_lane<u64>(to, high45, 1, 88);
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    a4 += 16;
    a5 += 16;
  }
}

/** Six columns of A's rows, side by side: A transposed, as `tileOfPacked` wants it. */
export function packRows(numbers: usize, depth: u32, a: usize, aRow: u32, to: usize): void {
  for (const end = numbers + (depth << 2); numbers < end; numbers += 4, to += ROWS << 2) {
    const from = a + load<u32>(numbers) * aRow;
    v128.store(to, v128.load(from));
    store<u64>(to, load<u64>(from, 16), 16);
  }
}
