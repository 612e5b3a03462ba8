/** Training on the device, step by step, against float64: the reference executor, and a plain loop of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adam,
  createRuntime,
  type DenseOptions,
  dense,
  type LossName,
  type Optimizer,
  type Runtime,
  sequential,
  sgd,
} from '../../src/index.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork, denseLayers } from '../../src/model/network.ts';
import { initialContents } from '../../src/model/parameters.ts';
import { shuffledRows } from '../../src/model/random.ts';
import { planTraining } from '../../src/plan/training.ts';
import { basicOptimizers, otherOptimizers } from '../support/optimizerPairs.ts';
import { type PlainLayer, PlainNetwork, type Update } from '../support/plainNetwork.ts';
import { runPlan } from '../support/runPlan.ts';
import { ratesOf } from '../support/steps.ts';

const ROWS = 45;
const BATCH = 16;
const EPOCHS = 36;
const STEPS = EPOCHS * 3; // the third batch of an epoch has 13 rows

/** Float32 rounding in a hundred steps: the loss's relative error, and the weights' where they are about 1. */
const LOSS_BOUND = 1e-4;
const WEIGHT_BOUND = 3e-4;

const x = Array.from({ length: ROWS }, (_, r) =>
  Array.from({ length: 5 }, (_, k) => Math.fround(Math.sin(1 + 7 * r + 3 * k))),
);
const classOf = ([a, b, c]: number[]) => (a + b > 0.4 ? 0 : c > 0 ? 1 : 2);
const numbers = x.map(([a, b, c]) => [a * b, Math.cos(c), 0.3 * a].map(Math.fround));
const oneHot = x.map((row) => [0, 1, 2].map((j) => Number(j === classOf(row))));
const targets: Record<LossName, number[][]> = {
  meanSquaredError: numbers,
  halfSquaredError: numbers,
  meanAbsoluteError: numbers,
  huberLoss: numbers,
  binaryCrossentropy: oneHot,
  categoricalCrossentropy: oneHot,
  sparseCategoricalCrossentropy: x.map((row) => [classOf(row)]),
  kullbackLeiblerDivergence: oneHot.map((row) => row.map((s) => Math.fround(0.1 + 0.7 * s))),
};
const losses = Object.keys(targets) as LossName[];

let gpu: Runtime;
let reference: Runtime;

beforeAll(async () => {
  gpu = await createRuntime({ backend: 'webgpu' });
  reference = await createRuntime({ backend: 'reference' });
});

afterAll(() => gpu.dispose());

function layersFor(loss: LossName): DenseOptions[] {
  const classes = loss === 'binaryCrossentropy' ? 'sigmoid' : 'softmax';
  return [
    { units: 9, activation: 'tanh', inputShape: [5] },
    { units: 6, activation: 'sigmoid' },
    { units: 3, activation: targets[loss] === numbers ? 'linear' : classes },
  ];
}

interface Run {
  readonly losses: number[];
  readonly weights: Float32Array[];
}

async function train(
  runtime: Runtime,
  options: {
    loss: LossName;
    optimizer: Optimizer;
    layers?: DenseOptions[];
    shuffle?: boolean;
    seed?: number;
  },
): Promise<Run> {
  const { loss, optimizer, layers = layersFor(loss), shuffle = true, seed = 5 } = options;
  const model = sequential({ seed, layers: layers.map(dense) });
  model.compile({ optimizer, loss, runtime });
  const settings = { epochs: EPOCHS, batchSize: BATCH, shuffle, recordSteps: true };
  const { steps } = await model.fit(x, targets[loss], settings);
  const weights = await model.getWeights();
  return { losses: steps ?? [], weights: weights.map(({ data }) => data) };
}

/** The same training in plain loops, from the same initial weights, with the batches in order. */
function trainPlainly(loss: LossName, update: Update, seed = 5): Run {
  const network = buildNetwork(layersFor(loss).map(dense), seed);
  const initial = initialContents(network);
  const parameters = denseLayers(network).map((layer) => {
    const all = Float64Array.from(initial.get(`${layer.name}/parameters`)!);
    const kernelSize = layer.inputs * layer.units;
    return { kernel: all.slice(0, kernelSize), bias: all.slice(kernelSize) };
  });
  const plainLayers = denseLayers(network).map(({ inputs, units }, l) => ({
    inputs,
    units,
    activation: layersFor(loss)[l].activation as PlainLayer['activation'],
  }));
  const plain = new PlainNetwork(plainLayers, parameters, loss);
  const stepLosses: number[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let at = 0; at < ROWS; at += BATCH) {
      stepLosses.push(plain.train(x.slice(at, at + BATCH), targets[loss].slice(at, at + BATCH), update));
    }
  }
  const weights = parameters.flatMap(({ kernel, bias }) => [kernel, bias]).map((w) => Float32Array.from(w));
  return { losses: stepLosses, weights };
}

function expectSameRun(actual: Run, wanted: Run): void {
  expect(actual.losses.length).toBe(wanted.losses.length);
  const worstLoss = Math.max(...wanted.losses.map((loss, i) => Math.abs(actual.losses[i] - loss) / loss));
  expect(worstLoss).toBeLessThan(LOSS_BOUND);
  const worstWeight = Math.max(
    ...wanted.weights.flatMap((w, n) => Array.from(w, (value, i) => Math.abs(actual.weights[n][i] - value))),
  );
  expect(worstWeight).toBeLessThan(WEIGHT_BOUND);
}

describe.each(losses)('%s', (loss) => {
  test('follows the reference and the plain loop for a hundred steps, with every optimizer', async () => {
    await Promise.all(
      basicOptimizers.map(async ({ ours, plain }) => {
        const inOrder = await train(gpu, { loss, optimizer: ours, shuffle: false });
        expect(inOrder.losses.length).toBe(STEPS);
        expect(inOrder.losses.at(-1)).toBeLessThan(inOrder.losses[0]);
        expectSameRun(inOrder, trainPlainly(loss, plain()));
        const shuffled = await train(gpu, { loss, optimizer: ours });
        expectSameRun(shuffled, await train(reference, { loss, optimizer: ours }));
      }),
    );
  });
});

test('every other optimizer follows the plain loop', async () => {
  const loss = 'meanSquaredError';
  await Promise.all(
    otherOptimizers.map(async ({ ours, plain }) => {
      const run = await train(gpu, { loss, optimizer: ours, shuffle: false });
      expectSameRun(run, trainPlainly(loss, plain()));
    }),
  );
});

test.each(losses)('the float64 reference is the plain loop to a billionth: %s', async (loss) => {
  for (const { ours, plain } of basicOptimizers) {
    const run = await train(reference, { loss, optimizer: ours, shuffle: false });
    const wanted = trainPlainly(loss, plain());
    const worst = Math.max(...wanted.losses.map((value, i) => Math.abs(run.losses[i] - value) / value));
    expect(worst).toBeLessThan(1e-9);
  }
});

describe('seeds', () => {
  const options = { loss: 'sparseCategoricalCrossentropy', optimizer: adam({ learningRate: 0.01 }) } as const;
  const bits = ({ losses, weights }: Run) =>
    [Float64Array.from(losses), ...weights].map(({ buffer }) => [...new Uint32Array(buffer)]);

  test('the same seed gives the same bits', async () => {
    const [one, other] = await Promise.all([train(gpu, options), train(gpu, options)]);
    expect(bits(one)).toEqual(bits(other));
  });

  test('another seed gives others', async () => {
    const [one, other] = await Promise.all([train(gpu, options), train(gpu, { ...options, seed: 6 })]);
    expect(bits(one)).not.toEqual(bits(other));
  });
});

test('learningRateScale 0 freezes a layer, and no other', async () => {
  const loss = 'meanSquaredError';
  const layers = layersFor(loss).with(1, { units: 6, activation: 'sigmoid', learningRateScale: 0 });
  const optimizer = adam({ learningRate: 0.01 });
  const { weights } = await train(gpu, { loss, optimizer, layers });
  const network = buildNetwork(layers.map(dense), 5);
  const moved = [...initialContents(network).values()].map((initial, l) => {
    const now = [...weights[2 * l], ...weights[2 * l + 1]];
    return now.some((value, i) => value !== initial[i]);
  });
  expect(moved).toEqual([true, false, true]);
});

test.each(losses)(
  'the plan of fused kernels does what the plan of single formulas does: %s',
  async (loss) => {
    const network = buildNetwork(layersFor(loss).map(dense), 9);
    const target = targets[loss].flat();
    const contents = {
      x: Float32Array.from(x.flat()),
      target: Float32Array.from(target),
      ...Object.fromEntries(initialContents(network)),
    };
    const optimizer = sgd({ learningRate: 0.05, momentum: 0.8 });
    const rates = ratesOf(optimizer);
    const steps = Array.from({ length: 50 }, (_, index) => {
      const rows = shuffledRows(ROWS, 1, index).slice(0, index % 3 === 2 ? 13 : BATCH);
      return { rows, index, rates: rates(index) };
    });
    const objective = { loss: parseLoss(loss, network), optimizer };
    const size = { batch: BATCH, samples: ROWS, slots: 64 };
    const [fused, single] = await Promise.all(
      [true, false].map((fused) =>
        runPlan(gpu.executor, planTraining(network, objective, size, { fused }), contents, steps),
      ),
    );
    expect(single.losses.length).toBe(50);
    const asRun = ({ losses, tensors }: typeof fused) => ({
      losses,
      weights: Object.keys(contents).map((name) => Float32Array.from(tensors[name])),
    });
    expectSameRun(asRun(fused), asRun(single));
  },
);
