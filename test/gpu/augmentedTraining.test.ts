/** Training on augmented rows: reproducible, the same on both backends, and the loss that was meant. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Augmentation,
  adam,
  augmentImages,
  augmentRows,
  createRuntime,
  dense,
  dropout,
  type FitOptions,
  type LossName,
  type Runtime,
  sequential,
  sgd,
} from '../../src/index.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { initialContents } from '../../src/model/parameters.ts';
import { drawMixture, shuffledRows } from '../../src/model/random.ts';
import { planTraining } from '../../src/plan/training.ts';
import { runPlan } from '../support/runPlan.ts';
import { ratesOf } from '../support/steps.ts';

const ROWS = 23;
const shape = [4, 5];
const x = Array.from({ length: ROWS }, (_, r) =>
  Array.from({ length: 20 }, (_, k) => Math.fround(Math.sin(1 + 7 * r + 3 * k))),
);
const labels = x.map(([a, b]) => (a + b > 0.4 ? 0 : a > 0 ? 1 : 2));
const oneHot = labels.map((label) => [0, 1, 2].map((j) => Number(j === label)));
const shares = oneHot.map((row) => row.map((s) => Math.fround(0.1 + 0.7 * s)));
const numbers = x.map(([a, b, c]) => [a * b, Math.cos(c), 0.3 * a].map(Math.fround));
const weights = x.map((_, r) => (r % 4) / 2);

const everything: Augmentation[] = [
  augmentImages({ shape, shift: [0.2, 0.1], rotate: 0.05, zoom: 0.2, noise: 0.05, cutOut: 2 }),
  augmentRows({ mixup: 0.3, jitter: 0.05 }),
];

let gpu: Runtime;
let reference: Runtime;

beforeAll(async () => {
  gpu = await createRuntime({ backend: 'webgpu' });
  reference = await createRuntime({ backend: 'reference' });
});

afterAll(() => gpu.dispose());

function classifier(
  runtime: Runtime,
  { seed = 5, rate = 0.01, loss = 'sparseCategoricalCrossentropy' }: Settings = {},
) {
  const activation =
    loss === 'binaryCrossentropy' ? 'sigmoid' : loss.endsWith('Error') ? 'linear' : 'softmax';
  const layers = [dense({ units: 9, activation: 'tanh', inputShape: [20] }), dense({ units: 3, activation })];
  const model = sequential({ seed, layers });
  model.compile({ optimizer: adam({ learningRate: rate }), loss, metrics: ['accuracy'], runtime });
  return model;
}

interface Settings {
  readonly y?: number[] | number[][];
  readonly seed?: number;
  readonly rate?: number;
  readonly loss?: LossName;
}

async function train(runtime: Runtime, options: FitOptions = {}, { y = labels, ...settings }: Settings = {}) {
  const model = classifier(runtime, settings);
  const { steps = [], history } = await model.fit(x, y, {
    ...{ epochs: 8, batchSize: 10, recordSteps: true, augment: everything },
    ...options,
  });
  const tensors = (await model.getWeights()).map(({ data }) => data);
  return { steps, history, tensors, model };
}

const bits = ({ steps, tensors }: { steps: number[]; tensors: Float32Array[] }) =>
  [Float64Array.from(steps), ...tensors].map(({ buffer }) => [...new Uint32Array(buffer)]);

/** Float32 rounding in some dozen steps: relative for the losses, absolute for the weights, which are about 1. */
function expectSame(actual: { steps: number[]; tensors: Float32Array[] }, wanted: typeof actual) {
  expect(actual.steps.length).toBe(wanted.steps.length);
  const errors = wanted.steps.map((loss, i) => Math.abs(actual.steps[i] - loss) / loss);
  expect(Math.max(...errors)).toBeLessThan(1e-4);
  const distances = wanted.tensors.flatMap((tensor, n) =>
    Array.from(tensor, (value, i) => Math.abs(actual.tensors[n][i] - value)),
  );
  expect(Math.max(...distances)).toBeLessThan(3e-4);
}

describe.each<[LossName, number[] | number[][]]>([
  ['sparseCategoricalCrossentropy', labels],
  ['categoricalCrossentropy', oneHot],
  ['kullbackLeiblerDivergence', shares],
  ['binaryCrossentropy', oneHot],
  ['meanSquaredError', numbers],
  ['huberLoss', numbers],
])('%s', (loss, y) => {
  test('of augmented rows is the reference’s, step by step, with weights and without', async () => {
    for (const sampleWeight of [undefined, weights]) {
      const settings = { y, loss };
      const [one, other] = await Promise.all(
        [gpu, reference].map((runtime) => train(runtime, { sampleWeight }, settings)),
      );
      expect(one.steps).toHaveLength(8 * 3);
      expectSame(one, other);
    }
  });
});

test('each kind alone follows the reference, and changes the training', async () => {
  const plain = await train(gpu, { augment: [] });
  const kinds = [
    augmentImages({ shape, shift: 0.3 }),
    augmentImages({ shape, rotate: 0.2 }),
    augmentImages({ shape, zoom: 0.5 }),
    augmentImages({ shape, noise: 0.3 }),
    augmentImages({ shape, cutOut: 3 }),
    augmentRows({ jitter: 0.3 }),
    augmentRows({ mixup: 0.4 }),
  ];
  for (const augment of kinds) {
    const [one, other] = await Promise.all([gpu, reference].map((runtime) => train(runtime, { augment })));
    expectSame(one, other);
    expect(bits(one)).not.toEqual(bits(plain));
  }
});

test('augmentations that ask for nothing leave training as it was, to the bit', async () => {
  const plain = await train(gpu, { augment: undefined });
  expect(bits(await train(gpu, { augment: augmentRows({}) }))).toEqual(bits(plain));
  expect(bits(await train(gpu, { augment: augmentImages({ shape }) }))).toEqual(bits(plain));
});

test('the plan of fused kernels does what the plan of single formulas does', async () => {
  const network = buildNetwork(
    [
      dropout({ rate: 0.2, inputShape: [20] }),
      dense({ units: 6, activation: 'tanh' }),
      dense({ units: 3, activation: 'softmax' }),
    ],
    9,
  );
  const contents = {
    x: Float32Array.from(x.flat()),
    target: Float32Array.from(labels.flatMap((label, r) => [label, weights[r]])),
    ...Object.fromEntries(initialContents(network)),
  };
  const optimizer = sgd({ learningRate: 0.05 });
  const rates = ratesOf(optimizer);
  const steps = Array.from({ length: 20 }, (_, index) => {
    const rows = shuffledRows(ROWS, 1, index).slice(0, index % 3 === 2 ? 7 : 10);
    return { rows, index, rates: rates(index), mixture: drawMixture(0.3, rows.length, 9, index) };
  });
  const objective = { loss: parseLoss('sparseCategoricalCrossentropy', network), optimizer };
  const size = { batch: 10, samples: ROWS, slots: 32 };
  const [fused, single] = await Promise.all(
    [true, false].map((fused) => {
      const plan = planTraining(network, objective, size, { fused, weighted: true, augment: everything });
      return runPlan(gpu.executor, plan, contents, steps);
    }),
  );
  const asRun = ({ losses, tensors }: typeof fused) => ({
    steps: losses,
    tensors: Object.keys(contents).map((name) => Float32Array.from(tensors[name])),
  });
  expect(fused.losses).toHaveLength(20);
  expectSame(asRun(fused), asRun(single));
});

describe.each(['webgpu', 'cpu', 'reference'] as const)('on %s', { concurrent: true }, (backend) => {
  const runtime = () => (backend === 'webgpu' ? gpu : reference);

  test('the same seed gives the same bits, another seed others', async () => {
    const once = bits(await train(runtime()));
    expect(bits(await train(runtime()))).toEqual(once);
    expect(bits(await train(runtime(), {}, { seed: 6 }))).not.toEqual(once);
  });

  test('steps draw the same however many run at a time', async () => {
    const atOnce = classifier(runtime());
    const trainer = await atOnce.trainer(x, labels, { batchSize: 10, augment: everything });
    await trainer.run(9);
    trainer.dispose();
    const inTurn = classifier(runtime());
    const stepper = await inTurn.trainer(x, labels, { batchSize: 10, augment: everything });
    for (const steps of [1, 1, 4, 3]) await stepper.run(steps);
    stepper.dispose();
    expect(await inTurn.getWeights()).toEqual(await atOnce.getWeights());
  });

  test('every step draws anew', async () => {
    const { steps } = await train(runtime(), { epochs: 6, batchSize: ROWS }, { rate: 0 });
    expect(new Set(steps.map((loss) => loss.toFixed(5))).size).toBe(6);
  });

  test('evaluation, validation and prediction take rows as they are', async () => {
    const untrained = classifier(runtime(), { rate: 0 });
    const { history, model } = await train(
      runtime(),
      { epochs: 2, validationData: [x, labels] },
      { rate: 0 },
    );
    const { loss, accuracy } = await untrained.evaluate(x, labels);
    expect(history.val_loss).toEqual([loss, loss]);
    expect(history.val_accuracy).toEqual([accuracy, accuracy]);
    expect(await model.evaluate(x, labels)).toEqual({ loss, accuracy });
    expect(await model.predict(x)).toEqual(await untrained.predict(x));
  });

  test('mixup’s loss is both labels’, each by its share and its row’s weight', async () => {
    const [seed, alpha] = [11, 0.4];
    const { mix, partner } = drawMixture(alpha, ROWS, seed, 0);
    const mean = (r: number) => x[r].map((value, k) => mix * value + (1 - mix) * x[(r + partner) % ROWS][k]);
    const model = classifier(runtime(), { seed, rate: 0 });
    const probabilities = await model.predict(x.map((_, r) => mean(r)));
    const lossOf = (r: number, label: number) => -Math.log(probabilities[3 * r + label]);
    for (const sampleWeight of [undefined, weights]) {
      const weight = (r: number) => sampleWeight?.[r] ?? 1;
      const wanted = x.reduce((sum, _, r) => {
        const other = (r + partner) % ROWS;
        const own = mix * weight(r) * lossOf(r, labels[r]);
        return sum + own + (1 - mix) * weight(other) * lossOf(r, labels[other]);
      }, 0);
      const { steps } = await train(
        runtime(),
        { epochs: 1, batchSize: ROWS, shuffle: false, augment: augmentRows({ mixup: alpha }), sampleWeight },
        { seed, rate: 0 },
      );
      expect(steps[0]).toBeCloseTo(wanted / ROWS, 5);
    }
  });

  test('mixup’s accuracy goes by the label that has more of the row', async () => {
    const { mix, partner } = drawMixture(0.4, ROWS, 11, 0);
    const model = classifier(runtime(), { seed: 11, rate: 0 });
    const mean = (r: number) => x[r].map((value, k) => mix * value + (1 - mix) * x[(r + partner) % ROWS][k]);
    const probabilities = await model.predict(x.map((_, r) => mean(r)));
    const right = x.filter((_, r) => {
      const row = [...probabilities.slice(3 * r, 3 * r + 3)];
      return row.indexOf(Math.max(...row)) === labels[mix > 0.5 ? r : (r + partner) % ROWS];
    });
    const augment = augmentRows({ mixup: 0.4 });
    const { history } = await train(
      runtime(),
      { epochs: 1, batchSize: ROWS, shuffle: false, augment },
      { seed: 11, rate: 0 },
    );
    expect(history.accuracy[0]).toBeCloseTo(right.length / ROWS, 6);
  });

  test('a batch of one row is mixed with itself', async () => {
    const augment = augmentRows({ mixup: 0.4 });
    const mixed = await train(runtime(), { augment, batchSize: 1, epochs: 1 });
    const plain = await train(runtime(), { augment: [], batchSize: 1, epochs: 1 });
    expectSame(mixed, plain);
  });
});
