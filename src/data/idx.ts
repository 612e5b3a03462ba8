/** IDX, the format of MNIST's files: a header of big-endian numbers, then the elements. */
import { fail } from '../model/check.ts';

export type IDXData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface IDX {
  /** Sizes of the dimensions, the slowest first: images × rows × columns. */
  readonly shape: readonly number[];
  /** The elements, row after row. */
  readonly data: IDXData;
}

interface ElementType {
  readonly bytes: number;
  allocate(length: number): IDXData;
  read(view: DataView, at: number): number;
}

/** By the third byte of a file. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  8: { bytes: 1, allocate: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  9: { bytes: 1, allocate: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
  11: { bytes: 2, allocate: (n) => new Int16Array(n), read: (view, at) => view.getInt16(at) },
  12: { bytes: 4, allocate: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at) },
  13: { bytes: 4, allocate: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at) },
  14: { bytes: 8, allocate: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at) },
};

/**
 * Reads an IDX file.
 * @returns the elements in their own type, and the shape
 * @throws when the bytes are not an IDX file, are compressed, too few or too many
 */
export function fromIDX(bytes: ArrayBuffer | Uint8Array): IDX {
  const view = viewOf(bytes);
  const { type, dimensions } = readMagic(view);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const length = shape.reduce((product, size) => product * size, 1);
  const start = 4 + 4 * dimensions;
  const expected = start + length * type.bytes;
  if (view.byteLength !== expected) {
    fail('bytes', `${view.byteLength} bytes`, `${expected} bytes, for the shape [${shape.join(', ')}]`);
  }
  const data = type.allocate(length);
  for (let i = 0; i < length; i++) data[i] = type.read(view, start + i * type.bytes);
  return { shape, data };
}

function viewOf(bytes: ArrayBuffer | Uint8Array): DataView {
  if (bytes instanceof Uint8Array) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes instanceof ArrayBuffer) return new DataView(bytes);
  return fail('bytes', bytes, 'an ArrayBuffer or a Uint8Array');
}

/** Two bytes of zero, the type of the elements, the number of dimensions. */
function readMagic(view: DataView): { type: ElementType; dimensions: number } {
  const magic = Array.from({ length: Math.min(4, view.byteLength) }, (_, i) => view.getUint8(i));
  const [zero, alsoZero, code, dimensions] = magic;
  if (zero === 0x1f && alsoZero === 0x8b) {
    fail('bytes', 'gzip data', "an IDX file, decompressed: new DecompressionStream('gzip')");
  }
  const type = elementTypes[code];
  if (zero !== 0 || alsoZero !== 0 || !type || !dimensions) {
    const codes = Object.keys(elementTypes).join(', ');
    fail(
      'bytes',
      magic,
      `an IDX file, which begins with 0, 0, one of ${codes}, and the number of dimensions`,
    );
  }
  if (view.byteLength < 4 + 4 * dimensions) {
    fail(
      'bytes',
      `${view.byteLength} bytes`,
      `${4 + 4 * dimensions} bytes for a header of ${dimensions} sizes`,
    );
  }
  return { type, dimensions };
}
