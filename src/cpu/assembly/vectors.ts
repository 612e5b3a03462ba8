// Rows of numbers that need not come in fours. Reading past a row's end is harmless, for every tensor has room behind
// it; writing there is not.

@inline export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** Four times the number at this place. */
@inline export function each(place: usize, offset: usize = 0): v128 {
  return v128.load_splat<f32>(place + offset);
}

/** The numbers at four places. */
@inline export function lanesOf(a: usize, b: usize, c: usize, d: usize): v128 {
  const first = v128.load_lane<u32>(b, v128.load32_zero(a), 1);
  return v128.load_lane<u32>(d, v128.load_lane<u32>(c, first, 2), 3);
}

/** Stores a lane at each of four places. */
@inline export function storeEach(a: usize, b: usize, c: usize, d: usize, x: v128): void {
  v128.store_lane<u32>(a, x, 0);
  v128.store_lane<u32>(b, x, 1);
  v128.store_lane<u32>(c, x, 2);
  v128.store_lane<u32>(d, x, 3);
}

/** a · b + c, in one rounding where the engine can: see src/cpu/wasm/module.ts. */
@inline export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

@inline export function select(yes: v128, no: v128, where: v128): v128 {
  return v128.bitselect(yes, no, where);
}

/** True in the first `count` lanes. */
@inline export function firstLanes(count: u32): v128 {
  return i32x4.lt_u(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Stores the first `count` lanes, all of them from 4 on. */
@inline export function storeLanes(to: usize, x: v128, count: u32): void {
  if (count >= 4) {
    v128.store(to, x);
  } else {
    storeSome(to, x, count);
  }
}

function storeSome(to: usize, x: v128, count: u32): void {
  if (count & 2) {
    v128.store_lane<u64>(to, x, 0);
    if (count & 1) v128.store_lane<u32>(to, x, 2, 8);
  } else if (count & 1) {
    v128.store_lane<u32>(to, x, 0);
  }
}

/** a₀ b₀ a₁ b₁ …, of `lanes` lanes. */
export function storePairs(to: usize, a: v128, b: v128, lanes: u32): void {
  storeLanes(to, v128.shuffle<f32>(a, b, 0, 4, 1, 5), 2 * lanes);
  if (lanes > 2) storeLanes(to + 16, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 2 * lanes - 4);
}

@inline export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** The sums of four vectors' lanes, one a lane. */
@inline export function sumsOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** −1, 0 or 1. */
@inline export function sign(x: v128): v128 {
  const zero = splat(0);
  const one = splat(1);
  return f32x4.sub(v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.lt(x, zero), one));
}
