/** Numbers as 16-bit floats. */
import { expect, test } from 'vitest';
import { toHalves } from '../../src/gpu/halves.ts';

/** By IEEE 754's definition. */
function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return (
    (bits & 0x8000 ? -1 : 1) * (exponent > 0 ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14)
  );
}

const finite = Array.from({ length: 31 * 1024 }, (_, bits) => bits);

test('a half stays what it is', () => {
  expect([...toHalves(finite.map(halfOf))]).toEqual(finite);
  expect([...toHalves(finite.map((bits) => -halfOf(bits)))]).toEqual(finite.map((bits) => bits + 0x8000));
});

test('what lies between two goes to the nearer, from the middle to the even one', () => {
  for (const bits of finite.slice(0, -1)) {
    const [low, high] = [halfOf(bits), halfOf(bits + 1)];
    const [below, middle, above] = [0.499, 0.5, 0.501].map((share) =>
      Math.fround(low + share * (high - low)),
    );
    expect([...toHalves([below, middle, above])].slice(0, 3)).toEqual([
      bits,
      bits % 2 === 0 ? bits : bits + 1,
      bits + 1,
    ]);
  }
});

test('a word is filled up, NaN stays, and what is too large is refused', () => {
  expect([...toHalves([1])]).toEqual([0x3c00, 0]);
  expect([...toHalves([Number.NaN, 65519])]).toEqual([0x7e00, 0x7bff]);
  for (const large of [65520, -1e30, Number.POSITIVE_INFINITY]) {
    expect(() => toHalves([large])).toThrow(`${large} is beyond 65504`);
  }
});
