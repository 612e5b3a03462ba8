/** The shaders' counter-based random numbers (`shaders/lib/random.wgsl`), bit for bit. */
const pcg = (value: number): number => {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
};

export const randomBits = (seed: number, stepIndex: number, element: number): number =>
  pcg((element + pcg((stepIndex + pcg(seed)) >>> 0)) >>> 0);

/** Uniform in [0, 1), of 24 bits. */
export const randomUnit = (bits: number): number => (bits >>> 8) / 2 ** 24;

/** Standard normal, of two random numbers (`shaders/lib/normal.wgsl`). */
export function standardNormal(seed: number, stepIndex: number, element: number): number {
  const u = 1 - randomUnit(randomBits(seed, stepIndex, 2 * element));
  const v = randomUnit(randomBits(seed, stepIndex, 2 * element + 1));
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}
