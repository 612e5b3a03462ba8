/** Images from a page as a network's inputs. */
import { checkOptions, checkPositiveInteger, fail } from '../model/check.ts';

export type PixelSource = ImageData | HTMLImageElement | HTMLCanvasElement | ImageBitmap | OffscreenCanvas;

export interface PixelOptions {
  /** Size to scale the whole image to, whatever its proportions. */
  width: number;
  height: number;
  /** 3 for red, green and blue, 1 for grey. */
  channels?: 1 | 3;
  /** CSS colour under what is transparent. */
  background?: string;
}

/** The weights of red, green and blue in grey, as in ITU-R BT.601. */
const GREY = [0.299, 0.587, 0.114];

/**
 * An image's pixels from 0 to 1, scaled to the size asked for. Works in pages and workers.
 * @returns height × width × channels, row after row
 * @throws when an option is wrong, the image has not loaded, or there is no canvas here to draw it on
 */
export function fromPixels(source: PixelSource, options: PixelOptions): Float32Array<ArrayBuffer> {
  checkOptions('fromPixels', options, ['width', 'height', 'channels', 'background']);
  const width = checkPositiveInteger('width', options.width);
  const height = checkPositiveInteger('height', options.height);
  const channels = options.channels ?? 3;
  if (channels !== 1 && channels !== 3) fail('channels', channels, '1 or 3');
  const { background = 'white' } = options;
  const { data } = draw(checkSource(source), width, height, background);
  const pixels = new Float32Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const colour = data.subarray(4 * pixel, 4 * pixel + 3);
    if (channels === 1) pixels[pixel] = colour.reduce((sum, value, i) => sum + GREY[i] * value, 0) / 255;
    else pixels.set(colour, 3 * pixel);
  }
  return channels === 1 ? pixels : pixels.map((value) => value / 255);
}

function checkSource(source: PixelSource): PixelSource {
  if (typeof OffscreenCanvas === 'undefined') throw new Error('fromPixels: works in a page or a worker only');
  const isSource = [
    ...[globalThis.ImageData, globalThis.ImageBitmap, globalThis.OffscreenCanvas],
    ...[globalThis.HTMLImageElement, globalThis.HTMLCanvasElement],
  ].some((type) => type !== undefined && source instanceof type);
  if (!isSource) {
    fail('source', source, 'an ImageData, ImageBitmap, OffscreenCanvas, or an image or canvas element');
  }
  const { width, height } = sizeOf(source);
  if (width === 0 || height === 0) {
    fail(
      'source',
      `${width} × ${height} pixels`,
      'an image with pixels; await image.decode() for one that loads',
    );
  }
  return source;
}

// An image element's width is that of its place in the page.
function sizeOf(source: PixelSource): { width: number; height: number } {
  const isImage = 'naturalWidth' in source;
  return isImage ? { width: source.naturalWidth, height: source.naturalHeight } : source;
}

function draw(source: PixelSource, width: number, height: number, background: string): ImageData {
  const context = createContext(width, height);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source instanceof ImageData ? toCanvas(source) : source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** Pixels that are no image yet cannot be scaled. */
function toCanvas(pixels: ImageData): OffscreenCanvas {
  const context = createContext(pixels.width, pixels.height);
  context.putImageData(pixels, 0, 0);
  return context.canvas;
}

function createContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  return context ?? fail('width × height', `${width} × ${height}`, 'a canvas that this browser can draw on');
}
