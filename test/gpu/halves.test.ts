/** Examples kept as 16-bit floats: the training is that of numbers which were rounded before. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  activation,
  adam,
  augmentRows,
  createRuntime,
  dense,
  type FitOptions,
  type Layer,
  type Runtime,
  sequential,
} from '../../src/index.ts';

const rows = 60;
const x = Float32Array.from({ length: rows * 7 }, (_, i) => 3 * Math.sin(i * i));
const y = Float32Array.from({ length: rows }, (_, i) => Number(x[7 * i] * x[7 * i + 1] > 0));

/** To 11 significant bits, by arithmetic: what is added and taken away again leaves no room for others. */
const rounded = x.map((number) => {
  const large = Math.fround(number * 8193);
  return Math.fround(large - Math.fround(large - number));
});

let halves: Runtime;
let singles: Runtime;

beforeAll(async () => {
  halves = await createRuntime({ backend: 'webgpu', precision: 'f16' });
  singles = await createRuntime({ backend: 'webgpu' });
});

afterAll(() => {
  halves.dispose();
  singles.dispose();
});

async function train(runtime: Runtime, data: Float32Array, layers: Layer[], options: FitOptions = {}) {
  const model = sequential({ seed: 5, layers });
  const metrics = ['accuracy'] as const;
  model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: 'binaryCrossentropy', metrics, runtime });
  const { history } = await model.fit(data, y, {
    ...{ epochs: 4, batchSize: 16, validationSplit: 0.2 },
    ...options,
  });
  const result = {
    losses: history.loss as number[],
    validation: history.val_loss,
    weights: (await model.getWeights()).map((tensor) => tensor.data),
    evaluation: await model.evaluate(data, y),
    prediction: await model.predict(data),
  };
  model.dispose();
  return result;
}

/** Too large for one workgroup, which would not read halves. */
const network = () => [
  dense({ units: 140, activation: 'tanh', inputShape: [7] }),
  dense({ units: 1, activation: 'sigmoid' }),
];

const ways: [string, Layer[], FitOptions?][] = [
  ['through a dense layer', network()],
  ['through an activation', [activation({ activation: 'tanh', inputShape: [7] }), ...network()]],
  ['mixed and shaken', network(), { augment: augmentRows({ mixup: 0.3, jitter: 0.1 }) }],
];

describe('training on halves', () => {
  test.each(ways)('has the bits of one on rounded numbers: %s', async (_name, layers, options) => {
    expect(await train(halves, x, layers, options)).toEqual(await train(singles, rounded, layers, options));
  });

  test('learns as one on exact numbers does', async () => {
    const [half, single] = [await train(halves, x, network()), await train(singles, x, network())];
    expect(single.losses[3]).toBeLessThan(0.9 * single.losses[0]);
    for (const [i, loss] of half.losses.entries()) {
      // Inputs are off by 2⁻¹² of themselves at most; four epochs make no more than tenfold of it.
      expect(Math.abs(loss - single.losses[i])).toBeLessThan(10 * 2 ** -12 * single.losses[i]);
    }
  });
});

test('what halves cannot hold is refused, and who cannot keep any says so', async () => {
  const large = x.map((number) => 1e5 * number);
  const { buffers } = halves.memory();
  await expect(train(halves, large, network())).rejects.toThrow('is beyond 65504, the largest 16-bit float');
  expect(halves.memory().buffers).toBeLessThanOrEqual(buffers + 2); // the model's
  await expect(createRuntime({ backend: 'cpu', precision: 'f16' })).rejects.toThrow(/precision.*only WebGPU/);
  await expect(createRuntime({ precision: 'f8' as 'f16' })).rejects.toThrow(/precision.*f8/);
});
