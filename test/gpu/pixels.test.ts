import { describe, expect, test } from 'vitest';
import { fromPixels, type PixelSource } from '../../src/index.ts';

/** Two pixels beside each other: red, and dark blue. */
const image = new ImageData(Uint8ClampedArray.of(255, 0, 0, 255, 0, 0, 102, 255), 2, 1);
const red = [1, 0, 0];
const blue = [0, 0, 0.4];
const near = (value: number) => expect.closeTo(value, 1);

function canvas(): HTMLCanvasElement {
  const result = Object.assign(document.createElement('canvas'), { width: 2, height: 1 });
  result.getContext('2d')?.putImageData(image, 0, 0);
  return result;
}

async function element(): Promise<HTMLImageElement> {
  const result = Object.assign(new Image(), { src: canvas().toDataURL() });
  await result.decode();
  return result;
}

function offscreen(): OffscreenCanvas {
  const result = new OffscreenCanvas(2, 1);
  result.getContext('2d')?.putImageData(image, 0, 0);
  return result;
}

test.each<[string, () => PixelSource | Promise<PixelSource>]>([
  ['ImageData', () => image],
  ['an image element', element],
  ['a canvas element', canvas],
  ['an ImageBitmap', () => createImageBitmap(image)],
  ['an OffscreenCanvas', offscreen],
])('%s becomes numbers from 0 to 1', async (_, make) => {
  const source = await make();
  expect(fromPixels(source, { width: 2, height: 1 })).toEqual(Float32Array.of(...red, ...blue));
  const grey = fromPixels(source, { width: 2, height: 1, channels: 1 });
  expect([...grey]).toEqual([expect.closeTo(0.299, 6), expect.closeTo(0.114 * 0.4, 6)]);
});

test('an image is scaled to the size asked for, row after row', () => {
  const tall = fromPixels(image, { width: 1, height: 3 });
  expect(tall.length).toBe(9);
  expect(tall.subarray(0, 3)).toEqual(tall.subarray(6));
  const wide = fromPixels(image, { width: 8, height: 2 });
  // A smooth edge between the two may overshoot them a little.
  for (const row of [0, 1]) {
    const start = row * 8 * 3;
    expect([...wide.subarray(start, start + 3)]).toEqual(red.map(near));
    expect([...wide.subarray(start + 21, start + 24)]).toEqual(blue.map(near));
  }
});

test('halving an image takes the mean of its pixels', () => {
  const stripes = new ImageData(28 * 2, 28 * 2);
  for (let i = 0; i < stripes.data.length; i += 4) {
    stripes.data.set((i / 4) % 2 ? [255, 255, 255, 255] : [0, 0, 0, 255], i);
  }
  for (const value of fromPixels(stripes, { width: 28, height: 28, channels: 1 }).subarray(
    28 * 2,
    28 * 3 - 2,
  )) {
    expect(Math.abs(value - 0.5)).toBeLessThan(0.15);
  }
});

test('what is transparent shows the background, white unless another is given', () => {
  const clear = new ImageData(1, 1);
  const one = { width: 1, height: 1 };
  expect([...fromPixels(clear, one)]).toEqual([1, 1, 1]);
  expect([...fromPixels(clear, { ...one, background: 'black' })]).toEqual([0, 0, 0]);
  expect([...fromPixels(clear, { ...one, background: '#f00', channels: 1 })]).toEqual([
    expect.closeTo(0.299, 6),
  ]);
});

describe('wrong arguments', () => {
  const one = { width: 1, height: 1 };
  const call = (source: unknown, options: object) => () =>
    fromPixels(source as PixelSource, options as typeof one);
  test.each<[string, () => unknown, string]>([
    ['an empty image', call(new Image(), one), "source: got '0 × 0 pixels', expected an image with pixels"],
    ['no image', call([1, 2], one), 'source: got [1,2], expected an ImageData, ImageBitmap, OffscreenCanvas'],
    ['no width', call(image, { height: 1 }), 'width: got undefined, expected a positive integer'],
    ['two channels', call(image, { ...one, channels: 2 }), 'channels: got 2, expected 1 or 3'],
    [
      'an unknown option',
      call(image, { ...one, size: 2 }),
      "fromPixels option: got 'size', expected one of width",
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
