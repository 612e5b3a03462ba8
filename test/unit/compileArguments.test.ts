/** What `compile` and the model's small methods refuse, and that the model then works as if nothing had been. */
import { describe, expect, test } from 'vitest';
import { dense, sequential, sgd } from '../../src/index.ts';
import { bad, refuses, runtime } from '../support/refuses.ts';
import { x, y } from '../support/smallModel.ts';

describe('compile', () => {
  const loss = 'meanSquaredError';
  const optimizer = sgd();
  refuses([
    ['no options', (m) => m.compile(bad(undefined)), 'compile: got undefined, expected an object of options'],
    [
      'no optimizer',
      (m) => m.compile(bad({ loss })),
      'optimizer: got undefined, expected what one of sgd, adam',
    ],
    [
      "an optimizer's name",
      (m) => m.compile({ optimizer: bad('sgd'), loss }),
      "optimizer: got 'sgd', expected what one of sgd",
    ],
    [
      'an optimizer with a wrong rate',
      (m) => m.compile({ optimizer: { ...optimizer, learningRate: -1 }, loss }),
      'learningRate: got -1',
    ],
    [
      'no loss',
      (m) => m.compile(bad({ optimizer })),
      'loss: got undefined, expected one of meanSquaredError',
    ],
    [
      'an unknown loss',
      (m) => m.compile({ optimizer, loss: bad('mse') }),
      "loss: got 'mse', expected one of meanSquaredError",
    ],
    [
      'labels for a single output',
      (m) => m.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' }),
      "loss: got 'sparseCategoricalCrossentropy', expected at least 2 outputs with it",
    ],
    [
      'a parameter of another loss',
      (m) => m.compile({ optimizer, loss: { name: loss, delta: 1 } }),
      "loss meanSquaredError option: got 'delta'",
    ],
    [
      'metrics that are no list',
      (m) => m.compile({ optimizer, loss, metrics: bad('accuracy') }),
      "metrics: got 'accuracy', expected an array of accuracy",
    ],
    [
      'an unknown metric',
      (m) => m.compile({ optimizer, loss, metrics: ['accuracy', bad('acc')] }),
      "metrics[1]: got 'acc', expected one of accuracy",
    ],
    [
      'clipNorm 0',
      (m) => m.compile({ optimizer, loss, clipNorm: 0 }),
      'clipNorm: got 0, expected a positive number',
    ],
    [
      'clipValue below 0',
      (m) => m.compile({ optimizer, loss, clipValue: -1 }),
      'clipValue: got -1, expected a positive number',
    ],
    [
      'a runtime that is none',
      (m) => m.compile({ optimizer, loss, runtime: bad({}) }),
      'runtime: got {}, expected what createRuntime(…) returns',
    ],
    [
      'an unknown option',
      (m) => m.compile(bad({ optimizer, loss, metric: [] })),
      "compile option: got 'metric', expected one of optimizer, loss",
    ],
  ]);
});

describe('the others', () => {
  const weights = [
    { data: new Float32Array(8) },
    { data: new Float32Array(4) },
    { data: new Float32Array(4) },
  ];
  const four =
    'weights: got [], expected an array of 4: dense/kernel, dense/bias, dense_1/kernel, dense_1/bias';
  refuses([
    [
      'trainer: unknown option',
      (m) => m.trainer(x, y, bad({ epochs: 2 })),
      "trainer option: got 'epochs', expected one of batchSize, shuffle",
    ],
    [
      'trainer: batchSize',
      (m) => m.trainer(x, y, { batchSize: -1 }),
      'batchSize: got -1, expected a positive integer',
    ],
    [
      'trainer: no steps',
      async (m) => (await m.trainer(x, y)).run(0),
      'steps: got 0, expected a positive integer',
    ],
    ['trainOnBatch: x', (m) => m.trainOnBatch([[1]], [1]), 'x[0]: got [1], expected a row of 2 numbers'],
    ['evaluate: y', (m) => m.evaluate(x, []), 'y: got [], expected at least one row'],
    [
      'evaluate: batchSize',
      (m) => m.evaluate(x, y, { batchSize: 0 }),
      'batchSize: got 0, expected a positive integer',
    ],
    [
      'evaluate: unknown option',
      (m) => m.evaluate(x, y, bad({ verbose: 1 })),
      "evaluate option: got 'verbose', expected one of batchSize",
    ],
    [
      'gradientStats: x',
      (m) => m.gradientStats(bad(undefined), y),
      'x: got undefined, expected a Float32Array',
    ],
    ['gradientStats: y', (m) => m.gradientStats(x, [1]), 'y: got [1], expected 4 rows'],
    ['predict: x', (m) => m.predict([[1, 2, 3]]), 'x[0]: got [1,2,3], expected a row of 2 numbers'],
    [
      'predict: batchSize',
      (m) => m.predict(x, { batchSize: bad('all') }),
      "batchSize: got 'all', expected a positive integer",
    ],
    ['setWeights: none', (m) => m.setWeights([]), four],
    [
      'setWeights: no list',
      (m) => m.setWeights(bad(undefined)),
      'weights: got undefined, expected an array of 4',
    ],
    [
      'setWeights: sizes',
      (m) => m.setWeights([...weights, { data: [1, 2] }]),
      'weights[3].data: got [1,2], expected 1 numbers, [1]',
    ],
    [
      'setWeights: no data',
      (m) => m.setWeights([...weights, bad({})]),
      'weights[3].data: got undefined, expected 1 numbers',
    ],
    [
      'setWeights: shapes',
      (m) => m.setWeights([{ data: weights[0].data, shape: [4, 2] }, ...weights.slice(1), { data: [1] }]),
      'weights[0].shape: got [4,2], expected [2,4]',
    ],
    [
      'setWeights: names',
      (m) => m.setWeights([...weights, { name: 'bias', data: [1] }]),
      "weights[3].name: got 'bias', expected 'dense_1/bias'",
    ],
    [
      'setWeights: NaN',
      (m) => m.setWeights([...weights, { data: [Number.NaN] }]),
      'weights[3].data[0]: got NaN, expected a finite number',
    ],
  ]);

  test('labels that are no classes', async () => {
    const labelled = sequential({ layers: [dense({ units: 3, activation: 'softmax', inputShape: [2] })] });
    labelled.compile({ optimizer: sgd(), loss: 'sparseCategoricalCrossentropy', runtime });
    const wanted = 'expected a label: an integer from 0 to 2';
    await expect(labelled.fit(x, [0, 1, 2, 3])).rejects.toThrow(`y[3]: got 3, ${wanted}`);
    await expect(labelled.fit(x, [0, -1, 2, 1])).rejects.toThrow(`y[1]: got -1, ${wanted}`);
    await expect(labelled.fit(x, [0, 0.5, 2, 1])).rejects.toThrow(`y[1]: got 0.5, ${wanted}`);
    expect((await labelled.fit(x, [0, 1, 2, 1])).history.loss).toHaveLength(1);
  });
});
