import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** What a stream of random numbers is for: streams of one seed are independent of each other. */
export const streams = {
  initializer: 1,
  shuffle: 2,
  parity: 3,
  layerNormalization: 4,
  batchNormalization: 5,
  mixup: 6,
} as const;

/** A generator for one purpose of one seed: the same seed, stream and index give the same numbers. */
function generator(seed: number, stream: number, index: number) {
  return xoroshiro128plus(mix(mix(mix(0, seed), stream), index));
}

/** One round of MurmurHash3's 32-bit mixing: neighbouring seeds give unrelated generators. */
function mix(hash: number, value: number): number {
  let k = Math.imul(value | 0, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/**
 * A whole number below `size`, all equally likely: the low end of a draw of 32 bits, which is drawn again where it is
 * beyond the last whole multiple of `size`. In integers throughout, since every row of every epoch needs one.
 */
function drawBelow(random: RandomGenerator, size: number): number {
  for (;;) {
    const bits = (random.next() ^ 0x80000000) >>> 0;
    const rest = bits % size;
    if (bits - rest <= 2 ** 32 - size) return rest;
  }
}

/** A source of uniform numbers in [0, 1). */
export function uniformSource(seed: number, stream: number, index = 0): () => number {
  const random = generator(seed, stream, index);
  return () => uniformFloat64(random);
}

/** A step's mixup: what `Step` says of it in `shaders/lib/step.wgsl`. */
export interface Mixture {
  /** A row's share, the other row having the rest. */
  readonly mix: number;
  /** How many rows further on the other row is. */
  readonly partner: number;
}

/** For steps that mix nothing. */
export const NO_MIXTURE: Mixture = { mix: 1, partner: 0 };

/**
 * The mixture of a step's rows: the share from Beta(α, α), and any row but itself for each, all equally likely.
 * The share is ½ + ½ t / √(2α + t²), t by Student's distribution with 2α degrees of freedom, and that is
 * √(2α (u^(−1/α) − 1)) cos 2πv (Bailey, Mathematics of Computation 62, 1994).
 */
export function drawMixture(alpha: number, rows: number, seed: number, step: number): Mixture {
  const random = generator(seed, streams.mixup, step);
  const cosine = Math.cos(2 * Math.PI * uniformFloat64(random));
  const spread = (uniformFloat64(random) ** (-1 / alpha) - 1) * cosine ** 2; // t² / 2α
  const mix = 0.5 + (0.5 * Math.sign(cosine)) / Math.sqrt(1 + 1 / spread);
  return { mix, partner: rows > 1 ? 1 + drawBelow(random, rows - 1) : 0 };
}

/** The order of `size` rows in an epoch, every permutation equally likely (Fisher–Yates); written into `rows`. */
export function shuffledRows(
  size: number,
  seed: number,
  epoch: number,
  rows = new Uint32Array(size),
): Uint32Array<ArrayBuffer> {
  const random = generator(seed, streams.shuffle, epoch);
  for (let i = 0; i < size; i++) rows[i] = i;
  for (let i = size - 1; i > 0; i--) {
    const j = drawBelow(random, i + 1);
    const moved = rows[i];
    rows[i] = rows[j];
    rows[j] = moved;
  }
  return rows;
}
