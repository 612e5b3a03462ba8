import shader from '../../shaders/augment_images.wgsl';
import { normal, permutation } from './fills.ts';
import { type ConstantsOf, defineKernel, type ParityCase } from './kernel.ts';
import { randomBits, randomUnit, standardNormal } from './random.ts';
import { samplesFor } from './shapes.ts';
import { normalError, ULP } from './tolerance.ts';

type Constants = ConstantsOf<typeof shader>;
type Size = Pick<Constants, 'HEIGHT' | 'WIDTH' | 'CHANNELS'>;

/** What is done to one image: moved by (x, y) pixels, turned and scaled around its centre, cut around a pixel. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly turns: number;
  readonly scale: number;
  readonly cut: readonly [x: number, y: number];
}

/** The placement that a step draws for the batch's row. */
export function drawPlacement(constants: Constants, index: number, row: number): Placement {
  const { SEED, WIDTH, HEIGHT, SHIFT_X, SHIFT_Y, ROTATE, ZOOM } = constants;
  const bits = [0, 1, 2, 3, 4, 5].map((k) => randomBits(SEED, index, 6 * row + k));
  const [x, y, turns, scale] = bits.map((b) => 2 * randomUnit(b) - 1);
  return {
    ...{ x: SHIFT_X * x, y: SHIFT_Y * y, turns: ROTATE * turns, scale: 1 + ZOOM * scale },
    cut: [bits[4] % WIDTH, bits[5] % HEIGHT],
  };
}

/** Where what is shown at a pixel comes from, by pixels: the inverse of the placement. */
export function originOf(
  { x, y, turns, scale }: Placement,
  { WIDTH, HEIGHT }: Size,
  column: number,
  row: number,
): [x: number, y: number] {
  const [u, v] = [column - (WIDTH - 1) / 2 - x, row - (HEIGHT - 1) / 2 - y];
  const angle = 2 * Math.PI * turns;
  return [
    (Math.cos(angle) * u + Math.sin(angle) * v) / scale + (WIDTH - 1) / 2,
    (Math.cos(angle) * v - Math.sin(angle) * u) / scale + (HEIGHT - 1) / 2,
  ];
}

/** One channel at a place: each pixel counts by 1 less its distance, along either axis, where that is less than 1. */
function interpolate(
  data: Float64Array,
  start: number,
  { WIDTH, HEIGHT, CHANNELS }: Size,
  [x, y]: readonly [number, number],
): number {
  let sum = 0;
  for (let row = Math.max(0, Math.ceil(y - 1)); row <= Math.min(y + 1, HEIGHT - 1); row++) {
    for (let column = Math.max(0, Math.ceil(x - 1)); column <= Math.min(x + 1, WIDTH - 1); column++) {
      const share = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
      sum += share * data[start + (row * WIDTH + column) * CHANNELS];
    }
  }
  return sum;
}

/** Whether the square covers a pixel: along either axis, from half its width before the center on. */
const isCut = (side: number, center: readonly number[], pixel: readonly number[]) =>
  pixel.every((at, axis) => {
    const from = center[axis] - Math.floor(side / 2);
    return at >= from && at < from + side;
  });

/**
 * How far the place that a pixel comes from may be off, in pixels: the sine and cosine by 2 ULP of 1, with what the
 * rounded turn adds by 5; the scale's rounding counts for more the smaller it is; then products, sums and the middle.
 */
function placeError({ x, y, scale }: Placement, { WIDTH, HEIGHT }: Size): number {
  const reach = WIDTH + HEIGHT + Math.abs(x) + Math.abs(y);
  return (ULP * (4 + 1 / scale) * reach) / scale;
}

const isStill = ({ SHIFT_X, SHIFT_Y, ROTATE, ZOOM }: Constants) =>
  SHIFT_X === 0 && SHIFT_Y === 0 && ROTATE === 0 && ZOOM === 0;

const settings = {
  'left alone': {},
  shifted: { SHIFT_X: 2.5, SHIFT_Y: 1.5 },
  turned: { ROTATE: 0.5 },
  scaled: { ZOOM: 0.9 },
  noisy: { NOISE: 0.3 },
  cut: { CUT_OUT: 3 },
  all: { SHIFT_X: 1, SHIFT_Y: 0.7, ROTATE: 0.05, ZOOM: 0.2, NOISE: 0.1, CUT_OUT: 4 },
} satisfies Record<string, Partial<Constants>>;

function imageCase(
  M: number,
  [HEIGHT, WIDTH, CHANNELS]: readonly [number, number, number],
  setting: keyof typeof settings,
  rows = M,
): ParityCase<typeof shader> {
  const samples = samplesFor(M);
  const size = HEIGHT * WIDTH * CHANNELS;
  return {
    label: `${setting}, ${rows} of ${M} images, ${HEIGHT}×${WIDTH}×${CHANNELS}`,
    constants: { M, HEIGHT, WIDTH, CHANNELS, GATHER: true, SEED: 0xfffffffe, ...settings[setting] },
    step: { first: 2, rows, index: 5 },
    tensors: {
      data: { size: samples * size, fill: normal() },
      permutation: { size: samples, fill: permutation(samples) },
      batch: { size: M * size, fill: normal() },
    },
  };
}

const direct = imageCase(3, [6, 5, 2], 'all', 2);

export const augmentImageRows = defineKernel({
  shader,
  threads: ({ M }) => M * shader.workgroupSize[0],
  reference({ data, permutation, batch }, constants, { first, rows, index }) {
    const { HEIGHT, WIDTH, CHANNELS, GATHER, SEED, NOISE, CUT_OUT } = constants;
    const size = HEIGHT * WIDTH * CHANNELS;
    for (let image = 0; image < rows; image++) {
      const placement = drawPlacement(constants, index, image);
      const start = (GATHER ? permutation[first + image] : image) * size;
      for (let j = 0; j < size; j++) {
        const pixel = Math.floor(j / CHANNELS);
        const [column, row] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
        const origin = originOf(placement, constants, column, row);
        const shown = interpolate(data, start + (j % CHANNELS), constants, origin);
        const i = image * size + j;
        const noise = NOISE && NOISE * standardNormal((SEED + 1) >>> 0, index, i);
        batch[i] = isCut(CUT_OUT, placement.cut, [column, row]) ? 0 : shown + noise;
      }
    }
  },
  // What is shown is continuous in the place that it comes from: off by that place's error times the steepest slope,
  // twice the largest number along either axis. Without noise and moves not a bit may differ.
  tolerance({ data }, { batch }, constants, { rows, index }) {
    const size = constants.HEIGHT * constants.WIDTH * constants.CHANNELS;
    const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const result = new Float64Array(batch.length);
    for (let image = 0; image < rows; image++) {
      const place = isStill(constants) ? 0 : placeError(drawPlacement(constants, index, image), constants);
      const noise = constants.NOISE && normalError(constants.NOISE) + 4 * ULP * most;
      result.fill(noise + (4 * place + 4 * ULP * Number(place > 0)) * most, image * size, (image + 1) * size);
    }
    return { batch: result };
  },
  cases: () => [
    ...Object.keys(settings).flatMap((name) => {
      const setting = name as keyof typeof settings;
      return [imageCase(5, [5, 7, 1], setting), imageCase(4, [8, 10, 3], setting, 3)];
    }),
    imageCase(1, [1, 1, 1], 'all'),
    imageCase(7, [1, 9, 1], 'all'),
    imageCase(7, [11, 1, 2], 'all'),
    imageCase(64, [28, 28, 1], 'all'),
    { ...direct, label: 'without the permutation', constants: { ...direct.constants, GATHER: false } },
  ],
});
