// Random numbers by counters, the very bits of shaders/lib/random.wgsl, and what is made from them.
import { select, sign, splat } from '../vectors';
import { log } from './exp';

/** What the numbers of a seed and step have in common: `randomBits` takes it. */
export function randomKey(seed: u32, index: u32): u32 {
  return pcg(index + pcg(seed));
}

@inline export function randomBits(key: u32, element: u32): u32 {
  return pcg(element + key);
}

@inline function pcg(value: u32): u32 {
  const state = value * 747796405 + 2891336453;
  const word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737;
  return (word >> 22) ^ word;
}

/** The bits of elements `first`, and `step` further on each time. */
export function randomBitsOfFour(key: u32, first: u32, step: u32): v128 {
  const elements = i32x4.mul(i32x4.splat(step), i32x4(0, 1, 2, 3));
  return pcgOfFour(i32x4.add(i32x4.splat(key + first), elements));
}

function pcgOfFour(value: v128): v128 {
  const state = i32x4.add(i32x4.mul(value, i32x4.splat(747796405)), i32x4.splat(<i32>2891336453));
  // A lane cannot be shifted by a number of its own: by the powers of two that it has, one after the other.
  let word = i32x4.shr_u(state, 4);
  word = select(i32x4.shr_u(word, 8), word, i32x4.shr_s(state, 31));
  word = select(i32x4.shr_u(word, 4), word, i32x4.shr_s(i32x4.shl(state, 1), 31));
  word = select(i32x4.shr_u(word, 2), word, i32x4.shr_s(i32x4.shl(state, 2), 31));
  word = select(i32x4.shr_u(word, 1), word, i32x4.shr_s(i32x4.shl(state, 3), 31));
  word = i32x4.mul(v128.xor(word, state), i32x4.splat(277803737));
  return v128.xor(i32x4.shr_u(word, 22), word);
}

/** Uniform in [0, 1), of 24 bits. */
@inline export function randomUnit(bits: u32): f32 {
  return <f32>(bits >> 8) * (1.0 / 16777216.0);
}

/** Standard normal numbers of elements `element` to `element + 3`, by Box and Muller. */
export function normals(key: u32, element: u32): v128 {
  const bits = randomBitsOfFour(key, 2 * element, 2);
  const more = randomBitsOfFour(key, 2 * element + 1, 2);
  const u = f32x4.sub(splat(1), units(bits)); // in (0, 1]
  return f32x4.mul(f32x4.sqrt(f32x4.mul(splat(-2), log(u))), cosTurns(units(more)));
}

@inline function units(bits: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(bits, 8)), splat(1.0 / 16777216.0));
}

/** cos 2πt for |t| ≤ 1. */
export function cosTurns(turns: v128): v128 {
  const half = sinTurns(f32x4.mul(splat(0.5), turns));
  return f32x4.sub(splat(1), f32x4.mul(f32x4.add(half, half), half));
}

/** sin 2πt for |t| ≤ ½, from the Taylor series over a quarter turn. */
export function sinTurns(turns: v128): v128 {
  const size = f32x4.abs(turns);
  const u = f32x4.mul(splat(6.28318530717958648), f32x4.pmin(size, f32x4.sub(splat(0.5), size))); // in [0, π/2]
  const s = f32x4.mul(u, u);
  let p = splat(1.0 / 6227020800.0);
  p = f32x4.add(f32x4.mul(p, s), splat(-1.0 / 39916800.0));
  p = f32x4.add(f32x4.mul(p, s), splat(1.0 / 362880.0));
  p = f32x4.add(f32x4.mul(p, s), splat(-1.0 / 5040.0));
  p = f32x4.add(f32x4.mul(p, s), splat(1.0 / 120.0));
  p = f32x4.add(f32x4.mul(p, s), splat(-1.0 / 6.0));
  p = f32x4.add(f32x4.mul(p, s), splat(1));
  return f32x4.mul(f32x4.mul(sign(turns), u), p);
}
