/** IEEE 754's 16-bit floats, as bits. */

/** From here on rounding gives infinity: half a unit in the last place above the largest, 65504. */
const BEYOND = 65520;
/** The smallest that is normal. */
const NORMAL = 2 ** -14;

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/**
 * The nearest halves, ties to even, in pairs: a 0 fills the last word.
 * @throws when a number is larger than any of them
 */
export function toHalves(numbers: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(2 * Math.ceil(numbers.length / 2));
  for (let i = 0; i < numbers.length; i++) halves[i] = toHalf(numbers[i]);
  return halves;
}

function toHalf(number: number): number {
  const magnitude = Math.abs(number);
  if (magnitude >= BEYOND) {
    throw new Error(`${number} is beyond 65504, the largest 16-bit float: scale the data, or keep it as f32`);
  }
  if (Number.isNaN(number)) return 0x7e00;
  const sign = Object.is(magnitude, number) ? 0 : 0x8000;
  if (magnitude < NORMAL) {
    // The last bit is worth 2⁻²⁴, as that of a 32-bit float between ½ and 1 is.
    single[0] = magnitude + 0.5;
    return sign + singleBits[0] - 0x3f000000;
  }
  single[0] = magnitude;
  const [bits] = singleBits;
  return sign + ((bits + 0xfff + ((bits >>> 13) & 1) - 0x38000000) >>> 13);
}
