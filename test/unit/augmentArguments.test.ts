/** What augmentation refuses, and that the model then works as if nothing had been. */
import { describe, expect, test } from 'vitest';
import { augmentImages, augmentRows } from '../../src/index.ts';
import { bad, refuses } from '../support/refuses.ts';
import { x, y } from '../support/smallModel.ts';

const shape = [28, 28];

describe('augmentImages', () => {
  test.each<[string, Parameters<typeof augmentImages>[0], string]>([
    ['nothing', bad(undefined), 'augmentImages: got undefined, expected an object of options'],
    ['no shape', bad({}), 'shape: got undefined, expected [height, width] or [height, width, channels]'],
    ['a shape of one number', { shape: [784] }, 'shape: got [784], expected [height, width] or'],
    ['a shape of four', { shape: [1, 28, 28, 1] }, 'shape: got [1,28,28,1], expected [height, width] or'],
    ['a height of 0', { shape: [0, 28] }, 'shape[0]: got 0, expected a positive integer'],
    ['a width of 2.5', { shape: [28, 2.5] }, 'shape[1]: got 2.5, expected a positive integer'],
    ['a shift in pixels', { shape, shift: 2 }, 'shift: got 2, expected a number from 0 to 1'],
    ['a shift below 0', { shape, shift: -0.1 }, 'shift: got -0.1, expected a number that is not negative'],
    [
      'three shifts',
      { shape, shift: [0, 0, 0] },
      'shift: got [0,0,0], expected a number, or two: [vertical, horizontal]',
    ],
    ['shift as text', { shape, shift: bad('0.1') }, "shift: got '0.1', expected a number, or two"],
    ['an angle in degrees', { shape, rotate: 15 }, 'rotate: got 15, expected a number from 0 to 0.5'],
    ['a zoom to nothing', { shape, zoom: 1 }, 'zoom: got 1, expected a number from 0 to 0.9'],
    ['noise NaN', { shape, noise: Number.NaN }, 'noise: got NaN, expected a number that is not negative'],
    ['half a pixel', { shape, cutOut: 0.5 }, 'cutOut: got 0.5, expected a positive integer'],
    [
      'an unknown option',
      bad({ shape, flip: true }),
      "augmentImages option: got 'flip', expected one of shape, shift",
    ],
  ])('refuses %s', (_label, options, message) => {
    expect(() => augmentImages(options)).toThrow(message);
  });

  test('takes the ends of its ranges', () => {
    expect(
      augmentImages({ shape, shift: [1, 0], rotate: 0.5, zoom: 0.9, noise: 0, cutOut: 0 }),
    ).toMatchObject({
      shift: [1, 0],
    });
  });
});

describe('augmentRows', () => {
  test.each<[string, Parameters<typeof augmentRows>[0], string]>([
    ['nothing', bad(undefined), 'augmentRows: got undefined, expected an object of options'],
    ['jitter below 0', { jitter: -1 }, 'jitter: got -1, expected a number that is not negative'],
    ['mixup below 0', { mixup: -0.2 }, 'mixup: got -0.2, expected a number that is not negative'],
    ['mixup as text', { mixup: bad('0.2') }, "mixup: got '0.2', expected a number that is not negative"],
    [
      'an unknown option',
      bad({ noise: 1 }),
      "augmentRows option: got 'noise', expected one of jitter, mixup",
    ],
  ])('refuses %s', (_label, options, message) => {
    expect(() => augmentRows(options)).toThrow(message);
  });
});

describe('training', () => {
  const pair = augmentImages({ shape: [1, 2] });
  refuses([
    [
      'options in place of an augmentation',
      (m) => m.fit(x, y, { augment: bad({ shift: 0.1 }) }),
      'augment[0]: got {"shift":0.1}, expected what one of augmentImages, augmentRows returns',
    ],
    [
      'null for an augmentation',
      (m) => m.fit(x, y, { augment: bad([null]) }),
      'augment[0]: got null, expected what one of augmentImages, augmentRows returns',
    ],
    [
      'an augmentation that was changed since',
      (m) => m.fit(x, y, { augment: { ...pair, rotate: 2 } }),
      'rotate: got 2, expected a number from 0 to 0.5',
    ],
    [
      'images of another size than its inputs',
      (m) => m.fit(x, y, { augment: augmentImages({ shape: [2, 2] }) }),
      "augment shape: got [2,2], expected a shape of 2 numbers, the model's inputs",
    ],
    [
      'the same kind twice',
      (m) => m.fit(x, y, { augment: [pair, augmentRows({}), pair] }),
      "augment[2]: got 'images', expected each kind of augmentation once",
    ],
    [
      'the same by hand',
      (m) => m.trainer(x, y, { augment: augmentImages({ shape: [2, 2] }) }),
      'augment shape: got [2,2], expected a shape of 2 numbers',
    ],
    [
      'to augment what it evaluates',
      (m) => m.evaluate(x, y, bad({ augment: pair })),
      "evaluate option: got 'augment', expected one of batchSize",
    ],
  ]);
});
