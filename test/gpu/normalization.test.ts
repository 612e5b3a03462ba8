/** Normalisation through the public interface, on the device and on the reference alike. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  activation,
  adam,
  batchNormalization,
  createRuntime,
  dense,
  earlyStopping,
  type Layer,
  layerNormalization,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
} from '../../src/index.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { initialContents } from '../../src/model/parameters.ts';
import { planTraining } from '../../src/plan/training.ts';
import { normalizations, placesOf } from '../support/normalizedLayers.ts';
import { runPlan } from '../support/runPlan.ts';
import { ratesOf } from '../support/steps.ts';

const ROWS = 21;
const x = Array.from({ length: ROWS }, (_, r) =>
  [Math.sin(r), 5 + Math.cos(2 * r), -3 * Math.sin(3 * r)].map(Math.fround),
);
const y = x.map(([a, b]) => [Math.fround(a * b), Math.fround(a)]);

function expectClose(values: ArrayLike<number>, wanted: ArrayLike<number>, digits: number): void {
  expect(values.length).toBe(wanted.length);
  for (const [i, value] of Array.from(wanted).entries()) expect(values[i]).toBeCloseTo(value, digits);
}

let webgpu: Runtime;

beforeAll(async () => {
  webgpu = await createRuntime({ backend: 'webgpu' });
});

afterAll(() => webgpu.dispose());

// All at once: in Firefox a test mostly waits.
describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', { concurrent: true }, (backend) => {
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = backend === 'webgpu' ? webgpu : await createRuntime({ backend });
  });

  function compiled(layers: Layer[], optimizer = sgd({ learningRate: 0.05 })): Sequential {
    const model = sequential({ seed: 3, layers });
    model.compile({ optimizer, loss: 'meanSquaredError', runtime });
    return model;
  }

  const normalized = (options = {}) => [
    dense({ units: 4, inputShape: [3] }),
    batchNormalization(options),
    activation({ activation: 'relu' }),
    dense({ units: 2 }),
  ];

  const weightsOf = async (model: Sequential) =>
    Object.fromEntries((await model.getWeights()).map(({ name, data }) => [name, [...data]]));

  test("Keras's example of LayerNormalization: rows of two become −1 and 1", async () => {
    const data = [0, 1, 2, 3, 4].map((i) => [20 * i, 20 * i + 10]);
    const rows = await compiled([layerNormalization({ inputShape: [2] })]).predict(data);
    for (const [i, value] of rows.entries()) expect(value).toBeCloseTo(i % 2 === 0 ? -1 : 1, 4);
  });

  test('a batch is normalised to mean 0 and variance 1, and its statistics move by 1 − momentum', async () => {
    const model = compiled(
      [batchNormalization({ inputShape: [3], momentum: 0.75 })],
      sgd({ learningRate: 0 }),
    );
    const zeros = x.map(() => [0, 0, 0]);
    const { history } = await model.fit(x, zeros, { batchSize: ROWS });
    const { 'batchNormalization/moving_mean': means, 'batchNormalization/moving_variance': variances } =
      await weightsOf(model);
    let shares = 0;
    for (const j of [0, 1, 2]) {
      const column = x.map((row) => row[j]);
      const mean = column.reduce((a, b) => a + b) / ROWS;
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ROWS;
      shares += variance / (variance + 1e-3) / 3;
      expect(means[j]).toBeCloseTo(0.25 * mean, 5);
      expect(variances[j]).toBeCloseTo(0.75 + 0.25 * variance, 5);
    }
    expect(history.loss[0]).toBeCloseTo(shares, 5);
  });

  test('a short last batch counts its own rows alone', async () => {
    const short = compiled(normalized(), sgd({ learningRate: 0 }));
    await short.fit(x, y, { batchSize: 16, shuffle: false });
    const apart = compiled(normalized(), sgd({ learningRate: 0 }));
    await apart.trainOnBatch(x.slice(0, 16), y.slice(0, 16));
    await apart.trainOnBatch(x.slice(16), y.slice(16));
    expect(await weightsOf(short)).toEqual(await weightsOf(apart));
  });

  test('evaluation and prediction take the moving statistics, and leave them', async () => {
    const model = compiled([batchNormalization({ inputShape: [3], center: false })]);
    const [gamma, mean, variance] = [
      [1, 2, -1],
      [0.5, 4, 0],
      [4, 0.25, 1],
    ];
    await model.setWeights([{ data: gamma }, { data: mean }, { data: variance }]);
    const wanted = x.map((row) =>
      row.map((value, j) => (gamma[j] * (value - mean[j])) / Math.sqrt(variance[j] + 1e-3)),
    );
    expectClose(await model.predict(x, { batchSize: 8 }), wanted.flat(), 5);
    expect((await model.evaluate(x, wanted)).loss).toBeLessThan(1e-10);
    expect(Object.values(await weightsOf(model))).toEqual([gamma, mean, variance]);
  });

  test('a variance below 0 is refused, and changes nothing', async () => {
    const model = compiled([batchNormalization({ inputShape: [3], scale: false, center: false })]);
    const weights = [{ data: [1, 2, 3] }, { data: [1, -0.5, 1] }];
    await expect(model.setWeights(weights)).rejects.toThrow(
      'weights[1].data[1]: got -0.5, expected a number that is not negative',
    );
    expect(Object.values(await weightsOf(model))).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  test('validation takes the moving statistics', async () => {
    const model = compiled(normalized());
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 8, validationData: [x, y] });
    expect(history.val_loss[1]).toBeCloseTo((await model.evaluate(x, y)).loss, 5);
  });

  test('early stopping goes back to the statistics of the best epoch too', async () => {
    const seen: Record<string, number[]>[] = [];
    const model = compiled(normalized({ momentum: 0.5 }), sgd({ learningRate: 0.3 }));
    const { history } = await model.fit(x, y, {
      epochs: 6,
      batchSize: 8,
      validationData: [x, y],
      callbacks: [
        earlyStopping({ monitor: 'val_loss', patience: 9, restoreBestWeights: true }),
        { onEpochEnd: async () => void seen.push(await weightsOf(model)) },
      ],
    });
    const best = history.val_loss.indexOf(Math.min(...history.val_loss));
    expect(await weightsOf(model)).toEqual(seen[best]);
  });

  test('weights are gamma, beta, moving_mean, moving_variance, and those that are left out are not there', async () => {
    const names = async (layers: Layer[]) => Object.keys(await weightsOf(compiled(layers)));
    expect(await names(normalized({ name: 'bn' }))).toEqual([
      ...['dense/kernel', 'dense/bias', 'bn/gamma', 'bn/beta', 'bn/moving_mean', 'bn/moving_variance'],
      ...['dense_1/kernel', 'dense_1/bias'],
    ]);
    expect(
      await names([
        layerNormalization({ inputShape: [3], scale: false }),
        layerNormalization({ center: false }),
        batchNormalization({ scale: false, center: false }),
      ]),
    ).toEqual([
      'layerNormalization/beta',
      'layerNormalization_1/gamma',
      'batchNormalization/moving_mean',
      'batchNormalization/moving_variance',
    ]);
  });

  test('weights move to another model and to another runtime', async () => {
    const model = compiled(normalized());
    await model.fit(x, y, { epochs: 3, batchSize: 8 });
    const predicted = await model.predict(x);
    const other = compiled(JSON.parse(JSON.stringify(model)).layers);
    await other.setWeights(await model.getWeights());
    expectClose(await other.predict(x), predicted, 5);
    const weights = await weightsOf(model);
    const elsewhere = await createRuntime({ backend: 'reference' });
    model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime: elsewhere });
    expect(await weightsOf(model)).toEqual(weights);
    expectClose(await model.predict(x), predicted, 4);
    elsewhere.dispose();
  });

  test.each(normalizations)(
    '%s: constant features and batches of one row do no harm',
    async (_name, normalization) => {
      const model = compiled(
        [normalization({ inputShape: [3] }), dense({ units: 4 }), normalization(), dense({ units: 2 })],
        adam({ learningRate: 0.01 }),
      );
      const constant = x.map(() => [1e6, 0.1, -3]);
      const { history } = await model.fit(constant, y, { batchSize: 1 });
      expect(history.loss.every(Number.isFinite)).toBe(true);
      expect(
        Object.values(await weightsOf(model))
          .flat()
          .every(Number.isFinite),
      ).toBe(true);
    },
  );

  test('what the layer is not to train stays as it was', async () => {
    const fixed = { scale: false, betaInitializer: { name: 'constant', value: 0.5 } } as const;
    const model = compiled([
      batchNormalization({ inputShape: [3], ...fixed }),
      layerNormalization({ center: false }),
      dense({ units: 2 }),
    ]);
    const before = await weightsOf(model);
    expect(before['batchNormalization/beta']).toEqual([0.5, 0.5, 0.5]);
    await model.fit(x, y, { epochs: 2, batchSize: 8 });
    const after = await weightsOf(model);
    for (const name of Object.keys(before)) expect(after[name], name).not.toEqual(before[name]);
    // Had γ or β been trained where there is none, the layers that have them could not be told apart from these.
    const rebuilt = compiled([
      batchNormalization({ inputShape: [3] }),
      layerNormalization(),
      dense({ units: 2 }),
    ]);
    const ones = { data: [1, 1, 1] };
    const zeros = { data: [0, 0, 0] };
    const [beta, mean, variance, gamma, kernel, bias] = Object.values(after).map((data) => ({ data }));
    await rebuilt.setWeights([ones, beta, mean, variance, gamma, zeros, kernel, bias]);
    expectClose(await rebuilt.predict(x), await model.predict(x), 5);
  });
});

describe.each(normalizations)('%s on the device', { concurrent: true }, (_name, normalization) => {
  const steps = Array.from({ length: 40 }, (_, index) => {
    const rows = Uint32Array.from({ length: index % 2 === 0 ? 12 : 9 }, (_, i) => (5 * index + 4 * i) % ROWS);
    return { rows, index, rates: ratesOf(sgd({ learningRate: 0.02 }))(index) };
  });

  test.each(placesOf(normalization))(
    '%s: the reference, fused and unfused plans agree',
    async (place, layers) => {
      const reference = await createRuntime({ backend: 'reference' });
      const network = buildNetwork(layers, 2);
      const loss = parseLoss(
        place.includes('softmax') ? 'kullbackLeiblerDivergence' : 'meanSquaredError',
        network,
      );
      const target = x.flatMap(([a]) =>
        Array.from({ length: network.outputs }, (_, j) => 0.25 + 0.1 * j * a),
      );
      const contents = {
        x: Float32Array.from(x.flat()),
        target: Float32Array.from(target),
        ...Object.fromEntries(initialContents(network)),
      };
      const objective = { loss, optimizer: sgd({ learningRate: 0.02 }) };
      const size = { batch: 12, samples: ROWS, slots: 64 };
      const run = ({ executor }: Runtime, fused: boolean) =>
        runPlan(executor, planTraining(network, objective, size, { fused }), contents, steps);
      const [fused, unfused, wanted] = await Promise.all([
        run(webgpu, true),
        run(webgpu, false),
        run(reference, true),
      ]);
      for (const { losses, tensors } of [fused, unfused]) {
        expectClose(losses, wanted.losses, 4);
        for (const name of Object.keys(contents)) expectClose(tensors[name], wanted.tensors[name], 4);
      }
    },
  );
});
