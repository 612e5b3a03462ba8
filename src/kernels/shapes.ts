/** Sizes that parity cases run over: 1×1, primes, whole tiles, one more or less than a tile, few or one, a realistic one. */
export const matrixShapes = [
  { M: 1, N: 1, K: 1 },
  { M: 5, N: 7, K: 3 },
  { M: 6, N: 9, K: 1 },
  { M: 6, N: 1, K: 8 },
  { M: 7, N: 5, K: 2 },
  { M: 8, N: 12, K: 4 },
  { M: 13, N: 17, K: 31 },
  { M: 49, N: 80, K: 67 },
  { M: 64, N: 128, K: 784 },
] as const;

export const rowShapes = [
  { M: 1, N: 1 },
  { M: 7, N: 3 },
  { M: 65, N: 10 },
  { M: 130, N: 101 },
] as const;

/** Rows in the data set that cases with GATHER draw their batch from. */
export const samplesFor = (rows: number) => 2 * rows + 3;
