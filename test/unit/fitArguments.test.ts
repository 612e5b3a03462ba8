/** What `fit` refuses, and that the model then works as if nothing had been. */
import { describe } from 'vitest';
import { bad, refuses } from '../support/refuses.ts';
import { x, y } from '../support/smallModel.ts';

describe('fit', () => {
  refuses([
    [
      'no x',
      (m) => m.fit(bad(undefined), y),
      'x: got undefined, expected a Float32Array, or an array of rows of 2 numbers',
    ],
    ['a number for x', (m) => m.fit(bad(7), y), 'x: got 7, expected a Float32Array'],
    ['an empty x', (m) => m.fit([], []), 'x: got [], expected at least one row'],
    [
      'x of an odd length',
      (m) => m.fit(new Float32Array(5), y),
      'x: got Float32Array of 5, expected rows of 2 numbers',
    ],
    [
      'a row that is too long',
      (m) =>
        m.fit(
          [
            [0, 1],
            [0, 1, 2],
          ],
          [0, 1],
        ),
      'x[1]: got [0,1,2], expected a row of 2 numbers',
    ],
    [
      'a row that is missing',
      (m) => m.fit([[0, 1], bad(undefined)], [0, 1]),
      'x[1]: got undefined, expected a row of 2 numbers',
    ],
    [
      'NaN in x',
      (m) =>
        m.fit(
          [
            [0, 1],
            [0, Number.NaN],
          ],
          [0, 1],
        ),
      'x, row 1, column 1: got NaN, expected a finite number',
    ],
    [
      'infinity in x',
      (m) => m.fit(Float32Array.of(0, 1, Number.NEGATIVE_INFINITY, 1), [0, 1]),
      'x, row 1, column 0: got -Infinity',
    ],
    [
      'NaN at the end of many rows',
      (m) =>
        m.fit(new Float32Array(2 ** 17 + 2).fill(Number.NaN, 2 ** 17 + 1), new Float32Array(2 ** 16 + 1)),
      'x, row 65536, column 1: got NaN',
    ],
    ['a number beyond float32 in x', (m) => m.fit([[0, 1e39]], [0]), 'x, row 0, column 1: got Infinity'],
    [
      'too few rows of y',
      (m) => m.fit(x, [0, 1, 1]),
      'y: got [0,1,1], expected 4 rows, one for each row of x',
    ],
    [
      'y that is too wide',
      (m) =>
        m.fit(x, [
          [0, 1],
          [0, 1],
          [0, 1],
          [0, 1],
        ]),
      'y[0]: got [0,1], expected a row of 1 numbers',
    ],
    ['NaN in y', (m) => m.fit(x, [0, 1, Number.NaN, 0]), 'y, row 2, column 0: got NaN'],
    ['text in y', (m) => m.fit(x, bad(['a', 'b', 'c', 'd'])), 'y, row 0, column 0: got NaN'],
    ['no epochs', (m) => m.fit(x, y, { epochs: 0 }), 'epochs: got 0, expected a positive integer'],
    [
      'epochs as text',
      (m) => m.fit(x, y, { epochs: bad('3') }),
      "epochs: got '3', expected a positive integer",
    ],
    ['batchSize 0', (m) => m.fit(x, y, { batchSize: 0 }), 'batchSize: got 0, expected a positive integer'],
    [
      'batchSize 1.5',
      (m) => m.fit(x, y, { batchSize: 1.5 }),
      'batchSize: got 1.5, expected a positive integer',
    ],
    [
      'shuffle as text',
      (m) => m.fit(x, y, { shuffle: bad('yes') }),
      "shuffle: got 'yes', expected true or false",
    ],
    [
      'recordSteps 1',
      (m) => m.fit(x, y, { recordSteps: bad(1) }),
      'recordSteps: got 1, expected true or false',
    ],
    [
      'validationSplit 1',
      (m) => m.fit(x, y, { validationSplit: 1 }),
      'validationSplit: got 1, expected a number from 0 to below 1',
    ],
    [
      'a split that leaves nothing',
      (m) => m.fit([[0, 1]], [1], { validationSplit: 0.5 }),
      'validationSplit: got 0.5, expected a share that leaves some of the 1 rows',
    ],
    [
      'validationData that is no pair',
      (m) => m.fit(x, y, { validationData: bad([x]) }),
      /^validationData: got .*, expected \[x, y\]/,
    ],
    [
      'validationData that does not fit',
      (m) => m.fit(x, y, { validationData: [x, [1]] }),
      'validationData[1]: got [1], expected 4 rows',
    ],
    [
      'NaN in validationData',
      (m) => m.fit(x, y, { validationData: [[[0, Number.NaN]], [1]] }),
      'validationData[0], row 0, column 1: got NaN',
    ],
    [
      'a callback that is no function',
      (m) => m.fit(x, y, { callbacks: { onEpochEnd: bad(1) } }),
      'callbacks[0].onEpochEnd: got 1, expected a function',
    ],
    [
      'logsOnly that is neither',
      (m) => m.fit(x, y, { callbacks: { logsOnly: bad(1) } }),
      'callbacks[0].logsOnly: got 1, expected true or false',
    ],
    [
      'an unknown callback',
      (m) => m.fit(x, y, { callbacks: bad([{ onEnd() {} }]) }),
      "callbacks[0] option: got 'onEnd', expected one of",
    ],
    [
      'null for a callback',
      (m) => m.fit(x, y, { callbacks: bad([null]) }),
      'callbacks[0]: got null, expected an object of options',
    ],
    [
      'sampleWeight for other rows',
      (m) => m.fit(x, y, { sampleWeight: [1] }),
      'sampleWeight: got [1], expected 4 numbers',
    ],
    [
      'a signal that is none',
      (m) => m.fit(x, y, { signal: bad('stop') }),
      "signal: got 'stop', expected an AbortSignal",
    ],
    ['null for the options', (m) => m.fit(x, y, bad(null)), 'fit: got null, expected an object of options'],
    [
      'an unknown option',
      (m) => m.fit(x, y, bad({ epoch: 3 })),
      "fit option: got 'epoch', expected one of batchSize",
    ],
  ]);
});
