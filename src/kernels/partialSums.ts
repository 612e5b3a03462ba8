/** Sums over all of a layer's numbers, in parts: a workgroup adds up 4096 of them. */
import { sumError } from './tolerance.ts';

const PART = 4096;

export const partialGroups = (size: number) => Math.ceil(size / PART);

/** Threads of a kernel that sums `size` numbers, 64 to a thread. */
export const partialThreads = (size: number) => partialGroups(size) * 64;

/** Σ term(value) for each part of the first `size` values. */
export function partialSums(
  values: Float64Array,
  size: number,
  term: (value: number) => number,
): Float64Array {
  const sums = new Float64Array(partialGroups(size));
  for (let i = 0; i < size; i++) sums[Math.floor(i / PART)] += term(values[i]);
  return sums;
}

/** The error of a part: 64 terms in a row and a tree of 64, all positive, each term a product or two. */
export const partialError = (sum: number) => 2 * sumError(sum, 70);

/** Sizes that leave a part nearly empty, full, or just begun. */
export const partialSizes = [1, 2, 63, 4096, 4097, 9001];
