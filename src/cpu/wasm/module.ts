/** Makes the kernels' WebAssembly ready for this engine. */
import { deflated } from '../../../assembly/kernels.wasm';

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
  const bytes = await inflate(deflated);
  if (shared) shareMemory(bytes);
  if (relaxed) relaxSums(bytes);
  return WebAssembly.compile(bytes);
}

async function inflate(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Whether `bytes` has these, from `at` on. */
const matches = (bytes: Uint8Array, at: number, pattern: readonly number[]) =>
  pattern.every((byte, i) => bytes[at + i] === byte);

/** The import "memory", with a maximum: the flags that follow say whether it is shared. */
const MEMORY_IMPORT = [...'memory'].map((letter) => letter.charCodeAt(0)).concat(2, 1);

function shareMemory(bytes: Uint8Array): void {
  const at = bytes.findIndex((_, i) => matches(bytes, i, MEMORY_IMPORT));
  bytes[at + MEMORY_IMPORT.length - 1] = 3;
}

const MULTIPLY = [0xfd, 0xe6, 1];
const LOCAL_GET = 0x20;
const ADD = [0xfd, 0xe4, 1];
const RELAXED_MADD = [0xfd, 0x85, 2];
const NOP = 1;

/**
 * Turns every `a · b; get c; add` into `get c; relaxed a · b + c`, in place: the same module serves engines with and
 * without relaxed SIMD, and the two do the same sums in the same order.
 */
function relaxSums(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    const local = bytes[i + 4];
    const isSum = matches(bytes, i, [...MULTIPLY, LOCAL_GET, local, ...ADD]) && local < 0x80;
    if (isSum) bytes.set([LOCAL_GET, local, ...RELAXED_MADD, NOP, NOP, NOP], i);
  }
}
