/** Contents for parity cases. */
import type { Fill } from './kernel.ts';

/** Roughly normal: the sum of four uniform numbers, variance `scale`². */
export const normal =
  (scale = 1): Fill =>
  (uniform) =>
    scale * Math.sqrt(3) * (uniform() + uniform() + uniform() + uniform() - 2);

export const between =
  (low: number, high: number): Fill =>
  (uniform) =>
    low + (high - low) * uniform();

/** Where a function is nearly a straight line, but not quite; every other number so small that it is one. */
export const nearZero: Fill = (uniform, index) =>
  (index % 2 === 0 ? 1 : 1e-3) * between(-0.7, 0.7)(uniform, index);

/** 0 as often as not, as relu gives it. */
export const positivePart: Fill = (uniform) => Math.max(0, 2 * uniform() - 1);

/** On both sides of ½, close to it, and on it. */
export const aroundHalf: Fill = (uniform) => [0, 0.45, 0.5, 0.55, 1][Math.floor(uniform() * 5)];

/** Far outside the range where an activation is curved, of both signs, with a zero now and then. */
export const saturated: Fill = (uniform) =>
  [0, 1, -1, 30, -30, 88, -88, 1e4, -1e4][Math.floor(uniform() * 9)];

export const zeros: Fill = () => 0;

/** Class labels. */
export const labels =
  (classes: number): Fill =>
  (uniform) =>
    Math.floor(uniform() * classes);

/** Rows of one-hot targets: element j of row i is 1 where j = i mod `classes`. */
export const oneHot =
  (classes: number): Fill =>
  (_, index) =>
    Number(index % classes === Math.floor(index / classes) % classes);

/** A permutation of `size` rows (a stride that shares no factor with it). */
export const permutation = (size: number): Fill => {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  let stride = Math.max(1, Math.floor(size * 0.6));
  while (gcd(stride, size) !== 1) stride++;
  return (_, index) => (index * stride + 1) % size;
};
