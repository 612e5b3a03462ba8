/** Makes the kernels' WebAssembly ready for this engine. */
import { deflated } from '../assembly/kernels.wasm';

/** Whether the engine multiplies and adds in one instruction, with one rounding where the processor has that. */
export const hasRelaxedSimd = (): boolean =>
  // (func (result v128) (f32x4.relaxed_madd (v128.const 0) (v128.const 0) (v128.const 0)), of zeros by i32x4.splat
  WebAssembly.validate(
    // biome-ignore format: a section a line
    new Uint8Array([
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
      1, 5, 1, 0x60, 0, 1, 0x7b,
      3, 2, 1, 0,
      10, 19, 1, 17, 0, 0x41, 0, 0xfd, 17, 0x41, 0, 0xfd, 17, 0x41, 0, 0xfd, 17, 0xfd, 0x85, 2, 0x0b,
    ]),
  );

/** The module for a memory of one thread or of several. `relaxed`: by relaxed SIMD, which the engine must have. */
export async function compileKernels(shared: boolean, relaxed: boolean): Promise<WebAssembly.Module> {
  return WebAssembly.compile(adapt(await inflate(deflated), shared, relaxed));
}

async function inflate(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The import "memory" with a maximum, and the same shared. */
const MEMORY_IMPORT = /(?<=6d 65 6d 6f 72 79 02 )01 /;
const SHARED = '03 ';

/** A local, or the number at a place in memory, four times. */
const OPERAND = '(?:20 [0-7]. |41 (?:[89a-f]. )*[0-7]. fd 09 02 [0-7]. )';
/** What multiplies and adds in one; then nothing, for as long as the sum was. */
const MADD = 'fd 85 02 01 01 01 ';
/** A product; an operand, or a product and sum of operands that are one already; the sum. */
const SUM = new RegExp(`fd e6 01 (${OPERAND}|(?:${OPERAND}){3}${MADD})fd e4 01 `, 'g');

/**
 * The bytes as they suit this memory and engine. The one module that is shipped serves engines with and without
 * relaxed SIMD, which do the same sums in the same order: every `a · b; c; add` may become `c; relaxed a · b + c`.
 */
function adapt(bytes: Uint8Array, shared: boolean, relaxed: boolean): Uint8Array<ArrayBuffer> {
  let text = Array.from(bytes, (byte) => `${byte.toString(16).padStart(2, '0')} `).join('');
  if (shared) text = text.replace(MEMORY_IMPORT, SHARED);
  // Inner sums first.
  for (let pass = 0; relaxed && pass < 2; pass++) text = text.replace(SUM, `$1${MADD}`);
  return Uint8Array.from(text.trimEnd().split(' '), (byte) => Number.parseInt(byte, 16));
}
