import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromIDX } from '../../src/index.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

test('reads a file of images, wherever it begins in its buffer', () => {
  const file = bytes(9, 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);
  const images = { shape: [2, 1, 3], data: bytes(1, 2, 3, 4, 5, 255) };
  expect(fromIDX(file.subarray(1))).toEqual(images);
  expect(fromIDX(file.slice(1).buffer)).toEqual(images);
});

test.each([
  [8, [200], bytes(200)],
  [9, [200], Int8Array.of(-56)],
  [11, [0xfe, 0x0c], Int16Array.of(-500)],
  [12, [0, 1, 0x11, 0x70], Int32Array.of(70_000)],
  [13, [0x3f, 0xc0, 0, 0], Float32Array.of(1.5)],
  [14, [0xc0, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18], Float64Array.of(-Math.PI)],
])('reads elements of type %i', (type, element, data) => {
  expect(fromIDX(bytes(0, 0, type, 1, 0, 0, 0, 1, ...element))).toEqual({ shape: [1], data });
});

test.each<[string, unknown, string]>([
  [
    'cut short',
    bytes(0, 0, 8, 1, 0, 0, 0, 3, 1, 2),
    "bytes: got '10 bytes', expected 11 bytes, for the shape [3]",
  ],
  [
    'too long',
    bytes(0, 0, 12, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5),
    "got '13 bytes', expected 12 bytes, for the shape [1]",
  ],
  [
    'cut in its header',
    bytes(0, 0, 8, 2, 0, 0, 0, 3),
    "got '8 bytes', expected 12 bytes for a header of 2 sizes",
  ],
  [
    'of another kind',
    bytes(0x89, 0x50, 0x4e, 0x47),
    'bytes: got [137,80,78,71], expected an IDX file, which begins',
  ],
  [
    'of an unknown type',
    bytes(0, 0, 10, 1, 0, 0, 0, 0),
    'got [0,0,10,1], expected an IDX file, which begins',
  ],
  [
    'without dimensions',
    bytes(0, 0, 8, 0),
    'got [0,0,8,0], expected an IDX file, which begins with 0, 0, one of 8, 9',
  ],
  ['empty', bytes(), 'got [], expected an IDX file'],
  ['compressed', bytes(0x1f, 0x8b, 8, 0), "got 'gzip data', expected an IDX file, decompressed"],
  ['a text', 'IDX', "bytes: got 'IDX', expected an ArrayBuffer or a Uint8Array"],
])('a file that is %s is refused', (_, file, message) => {
  expect(() => fromIDX(file as Uint8Array)).toThrow(message);
});

test('any array survives being written and read', () => {
  const shape = fc.array(fc.nat(4), { minLength: 1, maxLength: 4 });
  const numbers = fc.infiniteStream(fc.double({ noDefaultInfinity: false }));
  fc.assert(
    fc.property(shape, numbers, (sizes, stream) => {
      const length = sizes.reduce((product, size) => product * size, 1);
      const data = Float64Array.from({ length }, () => stream.next().value);
      expect(fromIDX(write(sizes, data))).toEqual({ shape: sizes, data });
    }),
  );
});

function write(shape: number[], data: Float64Array): ArrayBuffer {
  const start = 4 + 4 * shape.length;
  const view = new DataView(new ArrayBuffer(start + 8 * data.length));
  view.setUint32(0, (14 << 8) | shape.length);
  shape.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  data.forEach((value, i) => {
    view.setFloat64(start + 8 * i, value);
  });
  return view.buffer as ArrayBuffer;
}
