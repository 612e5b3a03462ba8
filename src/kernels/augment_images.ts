import shader from '../../shaders/augment_images.wgsl';
import { normal, permutation } from './fills.ts';
import { type ConstantsOf, defineKernel, type HostTensors, type ParityCase } from './kernel.ts';
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

type Pixels = (column: number, row: number) => number;

/** One channel of an image, 0 outside of it. */
const channelOf =
  (data: Float64Array, start: number, { WIDTH, HEIGHT, CHANNELS }: Size): Pixels =>
  (x, y) =>
    x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT ? data[start + (y * WIDTH + x) * CHANNELS] : 0;

/** Each pixel counts by 1 less its distance, along either axis, where that is less than 1. */
function interpolate(pixels: Pixels, [x, y]: readonly [number, number]): number {
  let sum = 0;
  for (let row = Math.ceil(y - 1); row <= y + 1; row++) {
    for (let column = Math.ceil(x - 1); column <= x + 1; column++) {
      sum += (1 - Math.abs(x - column)) * (1 - Math.abs(y - row)) * pixels(column, row);
    }
  }
  return sum;
}

function isCut(CUT_OUT: number, cut: Placement['cut'], column: number, row: number): boolean {
  const within = (at: number, center: number) => {
    const from = center - Math.floor(CUT_OUT / 2);
    return at >= from && at < from + CUT_OUT;
  };
  return within(column, cut[0]) && within(row, cut[1]);
}

/** Calls `visit` for each number of the batch: its place, what it is made from, and its own index. */
function visitNumbers(
  { data, permutation }: HostTensors<'data' | 'permutation'>,
  constants: Constants,
  { first, rows, index }: { first: number; rows: number; index: number },
  visit: (number: { i: number; placement: Placement; pixels: Pixels; column: number; row: number }) => void,
): void {
  const { HEIGHT, WIDTH, CHANNELS, GATHER } = constants;
  const size = HEIGHT * WIDTH * CHANNELS;
  for (let r = 0; r < rows; r++) {
    const placement = drawPlacement(constants, index, r);
    const start = (GATHER ? permutation[first + r] : r) * size;
    for (let j = 0; j < size; j++) {
      const pixels = channelOf(data, start + (j % CHANNELS), constants);
      const pixel = Math.floor(j / CHANNELS);
      visit({
        ...{ i: r * size + j, placement, pixels },
        ...{ column: pixel % WIDTH, row: Math.floor(pixel / WIDTH) },
      });
    }
  }
}

/**
 * How far the place that a pixel comes from may be off, in pixels: the sine and cosine by 2 ULP of 1, with what the
 * rounded turn adds by 5; the scale's rounding counts for more the smaller it is; then products, sums and the middle.
 */
function placeError(
  { x, y, scale }: Placement,
  { WIDTH, HEIGHT }: Size,
  [column, row]: readonly [number, number],
): number {
  const reach = WIDTH + HEIGHT + Math.abs(x) + Math.abs(y);
  const distance = Math.abs(column - (WIDTH - 1) / 2 - x) + Math.abs(row - (HEIGHT - 1) / 2 - y);
  return ULP * (((6 + 1 / scale) * distance) / scale + reach / scale + reach);
}

/** The steepest slope of what is shown near a place, along either axis: all differences of pixels around it. */
function rangeAround(pixels: Pixels, [x, y]: readonly [number, number]): { range: number; most: number } {
  const [left, top] = [Math.floor(x) - 1, Math.floor(y) - 1];
  const values: number[] = [];
  for (let k = 0; k < 16; k++) values.push(pixels(left + (k % 4), top + Math.floor(k / 4)));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { range: high - low, most: Math.max(-low, high) };
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
  reference({ batch, ...inputs }, constants, step) {
    const { SEED, NOISE, CUT_OUT } = constants;
    visitNumbers({ ...inputs }, constants, step, ({ i, placement, pixels, column, row }) => {
      const shown = interpolate(pixels, originOf(placement, constants, column, row));
      const cut = isCut(CUT_OUT, placement.cut, column, row);
      batch[i] = cut ? 0 : shown + NOISE * standardNormal((SEED + 1) >>> 0, step.index, i);
    });
  },
  // What is shown is continuous in the place that it comes from: it is off by that place's error times a slope.
  tolerance({ data, permutation }, { batch }, constants, step) {
    const { NOISE, CUT_OUT } = constants;
    const result = new Float64Array(batch.length);
    visitNumbers({ data, permutation }, constants, step, ({ i, placement, pixels, column, row }) => {
      if (isCut(CUT_OUT, placement.cut, column, row)) return;
      if (NOISE > 0) result[i] += normalError(NOISE) + 4 * ULP * Math.abs(batch[i]);
      if (isStill(constants)) return;
      const origin = originOf(placement, constants, column, row);
      const { range, most } = rangeAround(pixels, origin);
      result[i] += 2 * placeError(placement, constants, [column, row]) * range + 4 * ULP * most;
    });
    return { batch: result };
  },
  cases: [
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
