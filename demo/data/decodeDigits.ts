export const digitClasses = 10;
export const pixelsPerDigit = 28 * 28;

export interface LabelledPixels {
  labels: Uint8Array;
  pixels: Uint8Array;
}

export interface DigitSet {
  /** Rows × 784, 0 to 1. */
  x: Float32Array<ArrayBuffer>;
  /** The digit of each row. */
  y: Int32Array<ArrayBuffer>;
}

export interface Digits {
  train: DigitSet;
  test: DigitSet;
}

/** Reads what `encodeDigits` wrote. */
export function decodeDigits(file: ArrayBuffer): Digits {
  const counts = new DataView(file);
  const trainRows = counts.getUint32(0, true);
  const testRows = counts.getUint32(4, true);
  const rowBytes = 1 + pixelsPerDigit;
  const expected = 8 + (trainRows + testRows) * rowBytes;
  if (file.byteLength !== expected) {
    throw new Error(`The digits file has ${file.byteLength} bytes; its own counts ask for ${expected}.`);
  }
  return {
    train: decodeSet(file, 8, trainRows),
    test: decodeSet(file, 8 + trainRows * rowBytes, testRows),
  };
}

function decodeSet(file: ArrayBuffer, offset: number, rows: number): DigitSet {
  const labels = new Uint8Array(file, offset, rows);
  const pixels = new Uint8Array(file, offset + rows, rows * pixelsPerDigit);
  const x = new Float32Array(pixels);
  for (let i = 0; i < x.length; i++) x[i] /= 255;
  return { x, y: new Int32Array(labels) };
}
