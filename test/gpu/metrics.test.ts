/** Metrics of an evaluation, on the device, against scikit-learn's documented examples. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activation, createRuntime, type Runtime, sequential, sgd } from '../../src/index.ts';
import type { LossName } from '../../src/model/losses.ts';
import type { Metric } from '../../src/model/metrics.ts';

describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', (backend) => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = await createRuntime({ backend });
  });

  afterAll(() => runtime.dispose());

  /** A model that hands its input on, so that x is what is measured. */
  function identity(width: number, loss: LossName, metrics: Metric[]) {
    const model = sequential({ layers: [activation({ activation: 'linear', inputShape: [width] })] });
    model.compile({ optimizer: sgd(), loss, metrics, runtime });
    return model;
  }

  test('area under the ROC curve: roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.75', async () => {
    const model = identity(1, 'binaryCrossentropy', ['auc']);
    const { auc } = await model.evaluate([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect(auc).toBe(0.75);
  });

  test('precision, recall and F1 of classes: macro averages of [0, 1, 2, 0, 1, 2] as [0, 2, 1, 0, 0, 1]', async () => {
    const model = identity(3, 'meanSquaredError', ['precision', 'recall', 'f1']);
    const oneHot = (labels: number[]) => labels.map((label) => [0, 1, 2].map((c) => Number(c === label)));
    const x = oneHot([0, 2, 1, 0, 0, 1]);
    const y = oneHot([0, 1, 2, 0, 1, 2]);
    const scores = await model.evaluate(x, y);
    expect(scores.precision).toBeCloseTo(0.2222, 4);
    expect(scores.recall).toBeCloseTo(0.3333, 4);
    expect(scores.f1).toBeCloseTo(0.2667, 4);
    expect(await model.confusionMatrix(x, y)).toEqual([
      [2, 0, 0],
      [1, 0, 1],
      [0, 2, 0],
    ]);
  });

  test('confusion_matrix([0, 1, 0, 1], [1, 1, 1, 0]) is [[0, 2], [1, 1]]', async () => {
    const model = identity(1, 'binaryCrossentropy', ['precision', 'recall']);
    expect(await model.confusionMatrix([1, 1, 1, 0], [0, 1, 0, 1])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(await model.evaluate([1, 1, 1, 0], [0, 1, 0, 1])).toMatchObject({ recall: 0.5, precision: 1 / 3 });
  });

  test('errors: r2_score([3, -0.5, 2, 7], [2.5, 0, 2, 8]) is 0.948, mean_squared_error 0.375', async () => {
    const model = identity(1, 'halfSquaredError', ['r2', 'meanSquaredError', 'meanAbsoluteError']);
    const scores = await model.evaluate([2.5, 0, 2, 8], [3, -0.5, 2, 7]);
    expect(scores.r2).toBeCloseTo(0.9486081, 6);
    expect(scores.meanSquaredError).toBeCloseTo(0.375, 6);
    expect(scores.meanAbsoluteError).toBeCloseTo(0.5, 6);
  });

  test('are of the output even where the loss is from logits', async () => {
    const model = sequential({ layers: [activation({ activation: 'softmax', inputShape: [2] })] });
    const metrics = ['meanAbsoluteError', 'f1'] as const;
    model.compile({ optimizer: sgd(), loss: 'sparseCategoricalCrossentropy', metrics, runtime });
    const scores = await model.evaluate([Math.log(3), 0, 0, Math.log(4)], [0, 0]);
    expect(scores.meanAbsoluteError).toBeCloseTo((0.25 + 0.8) / 2, 6);
    expect(scores.f1).toBe(0);
  });
});
