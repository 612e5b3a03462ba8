/** What a training step does to its rows before the network sees them: plain data, checked. */
import { checkNotNegative, checkOptions, checkPositiveInteger, fail } from './check.ts';
import type { Network } from './network.ts';

export interface ImageAugmentationOptions {
  /** `[height, width]` or `[height, width, channels]` of an image, which is a row of x in that order. */
  shape: readonly number[];
  /** The furthest to move an image, as a share of its height and width; `[vertical, horizontal]` where they differ. */
  shift?: number | readonly number[];
  /** The furthest to turn it, either way, as a share of a full turn: 15° are 15 / 360. */
  rotate?: number;
  /** How much larger or smaller it may become: 0.1 draws its scale from 0.9 to 1.1. */
  zoom?: number;
  /** Standard deviation of normal noise added to every number. */
  noise?: number;
  /** Side in pixels of a square set to 0, around any pixel: some of it may be outside. */
  cutOut?: number;
}

export interface ImageAugmentation {
  readonly type: 'images';
  readonly shape: readonly number[];
  readonly shift: readonly number[];
  readonly rotate: number;
  readonly zoom: number;
  readonly noise: number;
  readonly cutOut: number;
}

export interface RowAugmentationOptions {
  /** Standard deviation of normal noise added to every input. */
  jitter?: number;
  /** α of the distribution Beta(α, α) that a step's share for mixing rows in pairs is drawn from; 0.1 to 0.4 is usual. */
  mixup?: number;
}

export interface RowAugmentation {
  readonly type: 'rows';
  readonly jitter: number;
  readonly mixup: number;
}

export type Augmentation = ImageAugmentation | RowAugmentation;

/**
 * Moves, turns and scales each image at random, around its centre, then adds noise and cuts a square out. All of it
 * is off unless asked for. What comes in from outside the image is 0; between pixels is interpolated (bilinear).
 * @throws when an option is unknown or out of range
 */
export function augmentImages(options: ImageAugmentationOptions): ImageAugmentation {
  checkOptions('augmentImages', options, ['shape', 'shift', 'rotate', 'zoom', 'noise', 'cutOut']);
  const { shift = 0, cutOut = 0 } = options;
  const shape = checkShape(options.shape);
  const both = typeof shift === 'number' ? [shift, shift] : shift;
  if (!Array.isArray(both) || both.length !== 2)
    fail('shift', shift, 'a number, or two: [vertical, horizontal]');
  if (cutOut !== 0) checkPositiveInteger('cutOut', cutOut);
  return {
    type: 'images',
    shape,
    shift: both.map((share) => checkUpTo('shift', share, 1)),
    rotate: checkUpTo('rotate', options.rotate ?? 0, 0.5),
    zoom: checkUpTo('zoom', options.zoom ?? 0, 0.9),
    noise: checkNotNegative('noise', options.noise ?? 0),
    cutOut,
  };
}

/**
 * Mixup (Zhang et al., ICLR 2018), then noise; either is off unless asked for. Mixup draws a share λ for each step,
 * and makes every row of the batch λ of itself and 1 − λ of another row of the batch, x and targets alike. Labels
 * become targets of two classes, so that the loss is λ times the one's and 1 − λ times the other's; rows with weights
 * count as both would, for λ of the one's weight and 1 − λ of the other's. Metrics of training take a mixed row for
 * the class that has the larger share.
 * @throws when an option is unknown or out of range
 */
export function augmentRows(options: RowAugmentationOptions): RowAugmentation {
  checkOptions('augmentRows', options, ['jitter', 'mixup']);
  return {
    type: 'rows',
    jitter: checkNotNegative('jitter', options.jitter ?? 0),
    mixup: checkNotNegative('mixup', options.mixup ?? 0),
  };
}

const makers: Record<Augmentation['type'], (options: never) => Augmentation> = {
  images: augmentImages,
  rows: augmentRows,
};

/** One augmentation or several, each as one of the functions above returned it; checked again, and for the network. */
export function parseAugmentations(given: unknown, { inputs }: Network): readonly Augmentation[] {
  const list: unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  const parsed = list.map((item, i) => {
    const { type, ...options } = (item ?? {}) as Augmentation;
    if (type === undefined || !Object.hasOwn(makers, type)) {
      fail(`augment[${i}]`, item, 'what one of augmentImages, augmentRows returns');
    }
    return makers[type](options as never);
  });
  parsed.forEach((augmentation, i) => {
    const { type } = augmentation;
    if (parsed.findIndex((other) => other.type === type) < i)
      fail(`augment[${i}]`, type, 'each kind of augmentation once');
    if (type === 'images' && augmentation.shape.reduce((a, b) => a * b) !== inputs)
      fail('augment shape', augmentation.shape, `a shape of ${inputs} numbers, the model's inputs`);
  });
  return parsed;
}

/** The α of mixup; 0 where rows are not mixed. */
export const mixupOf = (augmentations: readonly Augmentation[]) =>
  Math.max(
    0,
    ...augmentations.map((augmentation) => (augmentation.type === 'rows' ? augmentation.mixup : 0)),
  );

function checkShape(shape: unknown): readonly number[] {
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 3)
    fail('shape', shape, '[height, width] or [height, width, channels]');
  return shape.map((size, i) => checkPositiveInteger(`shape[${i}]`, size));
}

function checkUpTo(argument: string, value: unknown, most: number): number {
  if (checkNotNegative(argument, value) > most) fail(argument, value, `a number from 0 to ${most}`);
  return value as number;
}
