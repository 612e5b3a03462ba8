/** `fit` and its kin through the public interface, on the device and on the reference alike. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adam,
  batchNormalization,
  type CompileOptions,
  createRuntime,
  dense,
  layerNormalization,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
} from '../../src/index.ts';
import { callOrder } from '../support/callOrder.ts';

const ROWS = 21;
const x = Array.from({ length: ROWS }, (_, r) => [Math.fround(Math.sin(r)), Math.fround(Math.cos(2 * r))]);
const y = x.map(([a, b]) => Math.fround(a * b));
const labels = x.map(([a]) => (a > 0.3 ? 2 : a > -0.3 ? 1 : 0));

// All at once: in Firefox a test mostly waits.
describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', { concurrent: true }, (backend) => {
  let runtime: Runtime;
  /** Relative: float32 on the device, float64 on the reference. */
  const digits = backend === 'reference' ? 9 : 5;

  beforeAll(async () => {
    runtime = await createRuntime({ backend });
  });

  afterAll(() => runtime.dispose());

  function regression(options: Partial<CompileOptions> & { seed?: number } = {}): Sequential {
    const { seed = 4, ...compile } = options;
    const model = sequential({
      seed,
      layers: [dense({ units: 5, activation: 'tanh', inputShape: [2] }), dense({ units: 1 })],
    });
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'meanSquaredError', runtime, ...compile });
    return model;
  }

  function classifier(): Sequential {
    const model = sequential({
      seed: 2,
      layers: [
        dense({ units: 6, activation: 'relu', inputShape: [2] }),
        dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const loss = 'sparseCategoricalCrossentropy';
    model.compile({ optimizer: adam({ learningRate: 0.02 }), loss, metrics: ['accuracy'], runtime });
    return model;
  }

  const weightsOf = async (model: Sequential) => (await model.getWeights()).flatMap(({ data }) => [...data]);

  describe('history', () => {
    test('has a number an epoch of what was asked for', async () => {
      const { history, epoch, steps } = await classifier().fit(x, labels, { epochs: 3 });
      expect(Object.keys(history)).toEqual(['loss', 'accuracy']);
      expect(history.loss).toHaveLength(3);
      expect(history.accuracy.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(epoch).toEqual([0, 1, 2]);
      expect(steps).toBeUndefined();
    });

    test('has the validation beside the training', async () => {
      const { history } = await classifier().fit(x, labels, { epochs: 2, validationSplit: 0.25 });
      expect(Object.keys(history)).toEqual(['loss', 'accuracy', 'val_loss', 'val_accuracy']);
      for (const list of Object.values(history)) expect(list).toHaveLength(2);
    });

    test('has only the loss where no metric was asked for', async () => {
      expect(Object.keys((await regression().fit(x, y)).history)).toEqual(['loss']);
    });

    test('has every step, the first before any update', async () => {
      const model = regression();
      const before = await model.evaluate(x, y);
      const { steps, history } = await model.fit(x, y, { epochs: 4, batchSize: ROWS, recordSteps: true });
      expect(steps).toHaveLength(4);
      expect(steps?.[0]).toBeCloseTo(before.loss, digits);
      expect(steps).toEqual(history.loss);
    });

    test('averages over the rows of an epoch, the short last batch counted right', async () => {
      const { steps = [], history } = await regression().fit(x, y, { batchSize: 8, recordSteps: true });
      expect(steps).toHaveLength(3);
      const mean = (8 * steps[0] + 8 * steps[1] + 5 * steps[2]) / 21;
      expect(history.loss[0]).toBeCloseTo(mean, 12);
    });
  });

  describe('validation', () => {
    test('by split takes the last rows, and is evaluated after the epoch', async () => {
      const model = regression();
      const { history } = await model.fit(x, y, { validationSplit: 0.3, batchSize: 4 });
      const { loss } = await model.evaluate(x.slice(15), y.slice(15));
      expect(history.val_loss[0]).toBeCloseTo(loss, digits);

      const alone = regression();
      await alone.fit(x.slice(0, 15), y.slice(0, 15), { batchSize: 4 });
      expect(await weightsOf(alone)).toEqual(await weightsOf(model));
    });

    test('by data changes nothing of the training', async () => {
      const [model, alone] = [regression(), regression()];
      const validationData = [x.slice(3, 9), y.slice(3, 9)] as const;
      const { history } = await model.fit(x, y, { epochs: 3, validationData });
      expect((await alone.fit(x, y, { epochs: 3 })).history.loss).toEqual(history.loss);
      expect(history.val_loss[2]).toBeCloseTo((await model.evaluate(...validationData)).loss, digits);
    });
  });

  test('validation of epochs that follow without a stop is that of each one’s end', async () => {
    const options = { epochs: 12, batchSize: 4, validationSplit: 0.3 };
    const models = [classifier(), classifier()];
    const { history } = await models[0].fit(x, labels, options);
    // Who might look at the model has the training stop for that.
    const seen: number[] = [];
    const callbacks = {
      onEpochEnd: (_: number, logs: Record<string, number>) => void seen.push(logs.val_loss),
    };
    expect((await models[1].fit(x, labels, { ...options, callbacks })).history).toEqual(history);
    expect(history.val_loss).toEqual(seen);
    expect(new Set(seen).size).toBe(12);
    expect(await weightsOf(models[1])).toEqual(await weightsOf(models[0]));
  });

  describe('batches', () => {
    test('without shuffling come in order', async () => {
      const { steps = [] } = await regression({ optimizer: sgd({ learningRate: 0 }) }).fit(x, y, {
        batchSize: 8,
        shuffle: false,
        recordSteps: true,
      });
      const model = regression();
      const wanted = [
        [0, 8],
        [8, 16],
        [16, 21],
      ].map(([from, to]) => model.evaluate(x.slice(from, to), y.slice(from, to)));
      for (const [i, { loss }] of (await Promise.all(wanted)).entries())
        expect(steps[i]).toBeCloseTo(loss, digits);
    });

    test('shuffled are others every epoch, and hold every row', async () => {
      const options = { epochs: 3, batchSize: 8, recordSteps: true };
      const { steps = [], history } = await regression({ optimizer: sgd({ learningRate: 0 }) }).fit(
        x,
        y,
        options,
      );
      expect(new Set(steps).size).toBe(9);
      for (const loss of history.loss) expect(loss).toBeCloseTo(history.loss[0], digits);
    });

    test('larger than the data are the data', async () => {
      const [large, whole] = [regression(), regression()];
      await large.fit(x, y, { batchSize: 1000, epochs: 2 });
      await whole.fit(x, y, { batchSize: ROWS, epochs: 2 });
      expect(await weightsOf(large)).toEqual(await weightsOf(whole));
    });

    test('of a single row', async () => {
      const model = regression();
      const { history } = await model.fit([[0.5, -0.5]], [0.25], { epochs: 50 });
      expect(history.loss[49]).toBeLessThan(history.loss[0] / 100);
      expect((await model.predict([[0.5, -0.5]]))[0]).toBeCloseTo(0.25, 1);
    });
  });

  describe('callbacks', () => {
    test('are called in order, each waited for', async () => {
      const { callbacks, calls } = callOrder();
      await regression().fit(x, y, { epochs: 2, batchSize: 11, callbacks });
      const epoch = (n: number) => [`epoch ${n} begins`, 'batch 0 ends', 'batch 1 ends', `epoch ${n} ends`];
      expect(calls).toEqual(['training begins', ...epoch(0), ...epoch(1), 'training ends']);
    });

    test('that only look at logs get the same calls', async () => {
      const [free, watched] = [callOrder(), callOrder()];
      await regression().fit(x, y, {
        epochs: 3,
        batchSize: 11,
        callbacks: { ...free.callbacks, logsOnly: true },
      });
      await regression().fit(x, y, { epochs: 3, batchSize: 11, callbacks: watched.callbacks });
      expect(free.calls).toEqual(watched.calls);
    });

    test('get what the history will hold, and every batch’s size', async () => {
      const epochs: number[] = [];
      const sizes: number[] = [];
      const { history } = await regression().fit(x, y, {
        epochs: 2,
        batchSize: 8,
        callbacks: [
          { onEpochEnd: (_, { loss }) => void epochs.push(loss) },
          { onBatchEnd: (_, { size }) => void sizes.push(size) },
        ],
      });
      expect(epochs).toEqual(history.loss);
      expect(sizes).toEqual([8, 8, 5, 8, 8, 5]);
    });

    test('at an epoch’s end see the weights of that epoch', async () => {
      const seen: number[][] = [];
      const model = regression();
      await model.fit(x, y, {
        epochs: 2,
        callbacks: { onEpochEnd: async () => void seen.push(await weightsOf(model)) },
      });
      for (const epochs of [1, 2]) {
        const other = regression();
        await other.fit(x, y, { epochs });
        expect(seen[epochs - 1]).toEqual(await weightsOf(other));
      }
    });

    test.each(['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const)(
      '%s that throws ends the training, and the model goes on',
      async (name) => {
        const own = await createRuntime({ backend });
        const model = regression({ runtime: own });
        const fail = () => {
          throw new Error('enough');
        };
        await expect(model.fit(x, y, { epochs: 5, callbacks: { [name]: fail } })).rejects.toThrow('enough');
        const memory = own.memory();
        const { history } = await model.fit(x, y, { epochs: 2 });
        expect(history.loss).toHaveLength(2);
        expect(own.memory()).toEqual(memory);
        own.dispose();
      },
    );
  });

  describe('a signal', () => {
    test('stops the training before its end, with its reason, and the model goes on from there', async () => {
      const model = regression();
      const controller = new AbortController();
      let batches = 0;
      const run = model.fit(x, y, {
        epochs: 100_000,
        signal: controller.signal,
        callbacks: { onBatchEnd: () => void (++batches === 3 && controller.abort(new Error('stop'))) },
      });
      await expect(run).rejects.toThrow('stop');
      expect(batches).toBeLessThan(20_000);
      const { loss } = await model.evaluate(x, y);
      const { steps = [] } = await model.fit(x, y, { batchSize: ROWS, recordSteps: true });
      expect(steps[0]).toBeCloseTo(loss, digits);
    });

    test('that has been aborted already lets nothing start', async () => {
      const model = regression();
      const before = await weightsOf(model);
      await expect(model.fit(x, y, { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow(
        'never',
      );
      expect(await weightsOf(model)).toEqual(before);
    });
  });

  describe('training by hand', () => {
    test('wraps over the epochs and does what fit does', async () => {
      const [byHand, byFit] = [regression(), regression()];
      const trainer = await byHand.trainer(x, y, { batchSize: 8 });
      expect(trainer.stepsPerEpoch).toBe(3);
      const first = await trainer.run(4);
      const second = await trainer.run(5);
      trainer.dispose();
      const { steps = [] } = await byFit.fit(x, y, { batchSize: 8, epochs: 3, recordSteps: true });
      expect(first).toEqual({ steps: 4, loss: steps[3] });
      expect(second).toEqual({ steps: 5, loss: steps[8] });
      expect(await weightsOf(byHand)).toEqual(await weightsOf(byFit));
    });

    test('one batch at a time does what a step of fit does', async () => {
      const [byBatch, byFit] = [classifier(), classifier()];
      const { history } = await byFit.fit(x, labels, { batchSize: ROWS, epochs: 3, shuffle: false });
      for (const epoch of [0, 1, 2]) {
        const logs = await byBatch.trainOnBatch(x, labels);
        expect(logs).toEqual({ loss: history.loss[epoch], accuracy: history.accuracy[epoch] });
      }
      expect(await weightsOf(byBatch)).toEqual(await weightsOf(byFit));
    });

    test('batches of other sizes follow each other, with one optimizer', async () => {
      const model = regression({ optimizer: adam() });
      const sizes = [4, 9, 4];
      for (const size of sizes) await model.trainOnBatch(x.slice(0, size), y.slice(0, size));
      const whole = regression({ optimizer: adam() });
      for (const size of sizes) await whole.fit(x.slice(0, size), y.slice(0, size), { shuffle: false });
      expect(await weightsOf(model)).toEqual(await weightsOf(whole));
    });
  });

  describe('inference', () => {
    test('evaluates what a hand would', async () => {
      const model = classifier();
      const output = await model.predict(x);
      const p = x.map((_, r) => [...output.subarray(3 * r, 3 * r + 3)]);
      const loss = p.reduce((sum, row, r) => sum - Math.log(row[labels[r]]), 0) / ROWS;
      const right = p.filter((row, r) => row.indexOf(Math.max(...row)) === labels[r]).length;
      for (const batchSize of [1000, 21, 4, 1]) {
        const result = await model.evaluate(x, labels, { batchSize });
        expect(result.loss).toBeCloseTo(loss, 5);
        expect(result.accuracy).toBe(right / ROWS);
      }
    });

    test('predicts row by row what it predicts at once', async () => {
      const model = regression();
      const rows = Array.from({ length: 700 }, (_, r) => [Math.sin(r), Math.cos(r)]);
      const whole = await model.predict(rows);
      expect(whole).toBeInstanceOf(Float32Array);
      expect(whole).toHaveLength(700);
      for (const batchSize of [699, 37]) expect(await model.predict(rows, { batchSize })).toEqual(whole);
      for (const r of [0, 699]) expect((await model.predict([rows[r]]))[0]).toBe(whole[r]);
    });

    test('takes numbers in one row of memory, too', async () => {
      const model = regression();
      expect(await model.predict(Float32Array.from(x.flat()))).toEqual(await model.predict(x));
      expect(await model.predict(x.flat())).toEqual(await model.predict(x));
    });
  });

  describe('weights', () => {
    test('are named and shaped, and come back as they were set', async () => {
      const model = regression();
      const weights = await model.getWeights();
      expect(weights.map(({ name, shape }) => [name, shape])).toEqual([
        ['dense/kernel', [2, 5]],
        ['dense/bias', [5]],
        ['dense_1/kernel', [5, 1]],
        ['dense_1/bias', [1]],
      ]);
      const changed = weights.map((weight) => ({ ...weight, data: weight.data.map((value) => value + 0.5) }));
      await model.setWeights(changed);
      expect(await model.getWeights()).toEqual(changed);
      const other = regression({ seed: 77 });
      await other.setWeights(changed);
      expect(await other.predict(x)).toEqual(await model.predict(x));
    });

    test('that are read are copies', async () => {
      const model = regression();
      const before = await weightsOf(model);
      (await model.getWeights())[0].data.fill(9);
      expect(await weightsOf(model)).toEqual(before);
    });

    test('follow from the seed, through JSON too', async () => {
      const model = regression();
      const again = sequential(JSON.parse(JSON.stringify(model)));
      again.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime });
      expect(await weightsOf(again)).toEqual(await weightsOf(model));
      expect(await weightsOf(regression({ seed: 5 }))).not.toEqual(await weightsOf(model));
      expect(again.summary()).toBe(model.summary());
    });

    test('move along when the model is compiled for another runtime', async () => {
      const model = regression();
      await model.fit(x, y);
      const weights = await weightsOf(model);
      const other = await createRuntime({ backend: 'reference' });
      model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime: other });
      expect(await weightsOf(model)).toEqual(weights);
      other.dispose();
    });
  });

  test('a second fit goes on where the first ended, optimizer and order of the rows included', async () => {
    const optimizer = adam({ learningRate: 0.01 });
    const [twice, once] = [regression({ optimizer }), regression({ optimizer })];
    await twice.fit(x, y, { epochs: 2, batchSize: 8 });
    await twice.fit(x, y, { epochs: 3, batchSize: 8 });
    await once.fit(x, y, { epochs: 5, batchSize: 8 });
    expect(await weightsOf(twice)).toEqual(await weightsOf(once));
  });
});

test('the summary is a table of the layers', () => {
  const model = sequential({
    layers: [
      dense({ units: 128, activation: 'relu', inputShape: [784], name: 'hidden' }),
      dense({ units: 10, activation: { name: 'scaledSigmoid', a: 2 }, useBias: false }),
    ],
  });
  expect(model.summary()).toBe(
    [
      'layer   type   width      settings                     parameters',
      '──────  ─────  ─────────  ───────────────────────────  ──────────',
      'hidden  dense  784 → 128  relu                         100,480',
      'dense   dense  128 → 10   scaledSigmoid(a = 2, b = 1)  1,280',
      '101,760 parameters',
    ].join('\n'),
  );
});

test('the summary tells what is not trained', () => {
  const model = sequential({
    layers: [
      dense({ units: 8, inputShape: [4] }),
      batchNormalization({ name: 'bn' }),
      layerNormalization({ epsilon: 0.01, scale: false }),
    ],
  });
  expect(model.summary()).toBe(
    [
      'layer               type                width  settings                          parameters',
      '──────────────────  ──────────────────  ─────  ────────────────────────────────  ──────────',
      'dense               dense               4 → 8  linear                            40',
      'bn                  batchNormalization  8 → 8  epsilon = 0.001, momentum = 0.99  32',
      'layerNormalization  layerNormalization  8 → 8  epsilon = 0.01                    8',
      '80 parameters, 64 of them trained',
    ].join('\n'),
  );
});
