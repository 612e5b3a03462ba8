// e^x and ln x, four at a time, by the formulas of shaders/lib/exp.wgsl and log.wgsl and within their bounds.
import { each, madd, select, splat } from '../vectors';

const LN2: f32 = 0.69314718;

// Constants are kept in memory: engines take four instructions to make a vector of one that is in the code.
/** Beyond which e^x is 0 or infinite, and below which it is subnormal. */
const RANGE = memory.data<f32>([-88, 89, -87.33]);
const LOG2_E = memory.data<f32>([1.44269504]);
const LN2_PARTS = memory.data<f32>([0.693359375, -2.12194440e-4]);
const BIAS = memory.data<i32>([127]);
const ONE = memory.data<f32>([1]);
/** Of (e^r − 1 − r) / r². */
const SERIES = memory.data<f32>([
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);
/** Of (e^−r − 1 + r) / r². */
const FALLING = memory.data<f32>([
  -1.9875691500e-4, 1.3981999507e-3, -8.3334519073e-3, 4.1665795894e-2, -1.6666665459e-1, 5.0000001201e-1,
]);
/** Beyond which e^−x is as good as 0 or infinite to who adds 1 to it; −log₂ e; what added to a number rounds it. */
const LIMITS = memory.data<f32>([-87.3365, 87.3365]);
const MINUS_LOG2_E = memory.data<f32>([-1.44269504]);
const ROUND = memory.data<f32>([12582912]);

/** e^x to within 1 ULP; 0 where it would be subnormal. */
export function exp(x: v128): v128 {
  const within = f32x4.pmin(f32x4.pmax(x, each(RANGE)), each(RANGE, 4));
  const n = f32x4.nearest(f32x4.mul(within, each(LOG2_E)));
  const e = f32x4.add(reducedExpm1(reduced(within, n)), each(ONE));
  // 2^n in two factors: n = 128 has no float of its own.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const scaled = f32x4.mul(f32x4.mul(e, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
  return v128.andnot(scaled, f32x4.lt(x, each(RANGE, 8)));
}

/**
 * e^−x for |x| ≤ 87.3365, and what it is at that limit beyond: in few instructions that wait for each other, and inline.
 * The number nearest −x log₂ e is in the last bits of the sum that rounds it.
 */
@inline export function expOfMinus(x: v128): v128 {
  const within = f32x4.pmin(f32x4.pmax(x, each(LIMITS)), each(LIMITS, 4));
  const sum = madd(within, each(MINUS_LOG2_E), each(ROUND));
  const n = f32x4.sub(sum, each(ROUND));
  const r = madd(n, each(LN2_PARTS, 4), madd(n, each(LN2_PARTS), within));
  const s = f32x4.mul(r, r);
  const high = madd(each(FALLING), r, each(FALLING, 4));
  const middle = madd(each(FALLING, 8), r, each(FALLING, 12));
  const low = madd(each(FALLING, 16), r, each(FALLING, 20));
  const e = madd(madd(madd(high, s, middle), s, low), s, f32x4.sub(each(ONE), r));
  return i32x4.add(e, i32x4.shl(sum, 23));
}

/** x − n ln 2. */
@inline function reduced(x: v128, n: v128): v128 {
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, each(LN2_PARTS))), f32x4.mul(n, each(LN2_PARTS, 4)));
}

/** e^x − 1, without the digits that the subtraction would lose near 0. */
export function expm1(x: v128): v128 {
  const near = f32x4.lt(f32x4.abs(x), splat(0.34657359));
  return select(reducedExpm1(x), f32x4.sub(exp(x), splat(1)), near);
}

/** e^r − 1 for |r| ≤ ½ ln 2. */
@inline function reducedExpm1(r: v128): v128 {
  let p = each(SERIES);
  p = madd(p, r, each(SERIES, 4));
  p = madd(p, r, each(SERIES, 8));
  p = madd(p, r, each(SERIES, 12));
  p = madd(p, r, each(SERIES, 16));
  p = madd(p, r, each(SERIES, 20));
  return madd(f32x4.mul(p, r), r, r);
}

@inline function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, each(BIAS)), 23);
}

/** ln x for x > 0 and not subnormal. */
export function log(x: v128): v128 {
  const fraction = v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000)); // in [½, 1)
  const exponent = i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126));
  const lower = f32x4.lt(fraction, splat(0.70710678));
  const m = select(f32x4.add(fraction, fraction), fraction, lower);
  const e = f32x4.convert_i32x4_s(i32x4.add(exponent, lower)); // true is −1
  return f32x4.add(f32x4.mul(e, splat(LN2)), twoAtanh(f32x4.sub(m, splat(1)), f32x4.add(m, splat(1))));
}

/** ln(1 + x) for x > −1, also where x is tiny. */
export function log1p(x: v128): v128 {
  const near = v128.and(f32x4.gt(x, splat(-0.29)), f32x4.lt(x, splat(0.41421356)));
  return select(twoAtanh(x, f32x4.add(splat(2), x)), log(f32x4.add(splat(1), x)), near);
}

/** 2 atanh(a / b). */
function twoAtanh(a: v128, b: v128): v128 {
  const t = f32x4.div(a, b);
  const s = f32x4.mul(t, t);
  let p = splat(1.0 / 11.0);
  p = f32x4.add(f32x4.mul(p, s), splat(1.0 / 9.0));
  p = f32x4.add(f32x4.mul(p, s), splat(1.0 / 7.0));
  p = f32x4.add(f32x4.mul(p, s), splat(1.0 / 5.0));
  p = f32x4.add(f32x4.mul(p, s), splat(1.0 / 3.0));
  const sum = madd(t, f32x4.mul(p, s), t);
  return f32x4.add(sum, sum);
}
