import { type Digits, decodeDigits } from './decodeDigits.ts';
import digitsUrl from './digits.bin?url';

/** The 10,000 handwritten digits, 8,000 to train on and 2,000 to test on. */
export async function loadDigits(): Promise<Digits> {
  const response = await fetch(digitsUrl);
  if (!response.ok) throw new Error(`Could not load the digits from ${digitsUrl}: HTTP ${response.status}.`);
  return decodeDigits(await response.arrayBuffer());
}
