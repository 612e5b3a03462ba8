/** What a model says that is not ready for a call: not compiled, training, disposed of, on a runtime that is gone. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  adam,
  createRuntime,
  dense,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
} from '../../src/index.ts';
import { smallModel, x, y } from '../support/smallModel.ts';

let runtime: Runtime;
let model: Sequential;

beforeAll(async () => {
  runtime = await createRuntime({ backend: 'reference' });
});

beforeEach(() => {
  model = smallModel(runtime);
});

describe('a model', () => {
  test('that is not compiled says so, and can predict', async () => {
    const fresh = sequential({ layers: [dense({ units: 1, inputShape: [2] })] });
    for (const name of ['fit', 'trainer', 'trainOnBatch', 'evaluate', 'gradientStats'] as const) {
      await expect(fresh[name](x, y)).rejects.toThrow(
        `${name}: the model is not compiled yet: call compile first`,
      );
    }
  });

  describe('that is training', () => {
    const busy = 'the model is training';

    test.each<[string, (model: Sequential) => unknown]>([
      ['fit', (m) => m.fit(x, y)],
      ['compile', (m) => m.compile({ optimizer: adam(), loss: 'meanSquaredError', runtime })],
      ['trainOnBatch', (m) => m.trainOnBatch(x, y)],
      ['dispose', (m) => m.dispose()],
    ])('refuses %s, and trains on', async (_name, call) => {
      const training = model.fit(x, y, {
        epochs: 3,
        callbacks: {
          async onEpochEnd(epoch) {
            if (epoch === 1) await expect(async () => call(model)).rejects.toThrow(busy);
          },
        },
      });
      const { history } = await training;
      expect(history).toEqual((await smallModel(runtime).fit(x, y, { epochs: 3 })).history);
    });

    test('can be looked at from a callback', async () => {
      const seen: number[] = [];
      await model.fit(x, y, {
        epochs: 2,
        callbacks: { onEpochEnd: async () => void seen.push((await model.predict(x)).length) },
      });
      expect(seen).toEqual([4, 4]);
    });
  });

  test('that is disposed of says so', async () => {
    model.dispose();
    await expect(model.fit(x, y)).rejects.toThrow('the model has been disposed of');
    await expect(model.predict(x)).rejects.toThrow('the model has been disposed of');
  });

  test('compiled anew makes its trainers say so', async () => {
    const trainer = await model.trainer(x, y);
    await trainer.run(1);
    model.compile({ optimizer: adam(), loss: 'meanSquaredError', runtime });
    await model.fit(x, y);
    await expect(trainer.run(1)).rejects.toThrow('the model has been compiled anew since');
  });

  test('on a runtime that is disposed of says so, and moves to another', async () => {
    const gone = await createRuntime({ backend: 'reference' });
    model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime: gone });
    gone.dispose();
    await expect(model.fit(x, y)).rejects.toThrow("the model's runtime has been disposed of");
    model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime });
    await model.fit(x, y);
  });
});
