import { beforeAll, expect, test } from 'vitest';
import { type DigitSet, type Digits, decodeDigits, pixelsPerDigit } from '../../demo/data/decodeDigits.ts';
import { encodeDigits, readDigits, splitDigits } from '../../demo/data/digits.ts';

const sizes = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
let classes: Uint8Array[][];
let digits: Digits;

beforeAll(() => {
  classes = readDigits();
  const bytes = encodeDigits(splitDigits(classes));
  digits = decodeDigits(Uint8Array.from(bytes).buffer);
});

test('the package holds 10,000 different images with ink, of all ten digits', () => {
  expect(classes.map((images) => images.length)).toEqual(sizes);
  const images = classes.flat();
  expect(new Set(images.map((image) => image.join())).size).toBe(10_000);
  for (const image of images) {
    expect(image.length).toBe(pixelsPerDigit);
    expect(Math.max(...image)).toBeGreaterThan(100);
  }
});

test('8,000 to train and 2,000 to test, each with the classes in the same proportions', () => {
  expect(digits.train.y.length).toBe(8000);
  expect(digits.test.y.length).toBe(2000);
  expect(counts(digits.test.y)).toEqual(sizes.map((size) => Math.round(size / 5)));
  expect(counts(digits.train.y)).toEqual(sizes.map((size) => size - Math.round(size / 5)));
});

test('every image survives the file with its label, in one of the two parts', () => {
  const before = classes.flatMap((images, label) => images.map((image) => `${label}:${image.join()}`));
  const after = [...labelledRows(digits.train), ...labelledRows(digits.test)];
  expect(after.sort()).toEqual(before.sort());
});

test('batches in order are balanced', () => {
  const shares = counts(digits.train.y).map((count) => count / 8000);
  for (let start = 0; start < 8000; start += 100) {
    const batch = counts(digits.train.y.subarray(start, start + 100));
    batch.forEach((count, digit) => {
      expect(Math.abs(count - 100 * shares[digit])).toBeLessThan(2);
    });
  }
});

test('a file cut short is refused', () => {
  const bytes = Uint8Array.from(encodeDigits(splitDigits(classes)));
  expect(() => decodeDigits(bytes.buffer.slice(0, -1))).toThrow(
    /7850007 bytes; its own counts ask for 7850008/,
  );
});

function counts(labels: Int32Array): number[] {
  const result = new Array<number>(10).fill(0);
  for (const label of labels) result[label]++;
  return result;
}

function labelledRows({ x, y }: DigitSet): string[] {
  return Array.from(y, (label, row) => {
    const pixels = x.subarray(row * pixelsPerDigit, (row + 1) * pixelsPerDigit);
    return `${label}:${Array.from(pixels, (value) => Math.round(value * 255)).join()}`;
  });
}
