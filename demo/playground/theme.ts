/** The style sheet is where colours are said; the canvases read them there. */

export const colour = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function onThemeChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}

/** Entries of a palette. */
const shades = 256;

/** From one class's colour through a neutral one to the other's, as pixels of image data. */
export function palette(): Uint32Array {
  const [first, middle, last] = ['surface-0', 'surface-middle', 'surface-1'].map((name) =>
    channels(colour(name)),
  );
  const bytes = new Uint8ClampedArray(4 * shades);
  for (let i = 0; i < shades; i++) {
    const t = (2 * i) / (shades - 1) - 1;
    const end = t < 0 ? first : last;
    for (let c = 0; c < 3; c++) bytes[4 * i + c] = middle[c] + Math.abs(t) * (end[c] - middle[c]);
    bytes[4 * i + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** Paints numbers from 0 to 1, row after row. */
export function paint(canvas: HTMLCanvasElement, values: ArrayLike<number>, colours: Uint32Array): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[Math.round(values[i] * (shades - 1))];
  context.putImageData(image, 0, 0);
}

/** Of a colour such as #0a7f6c. */
function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
