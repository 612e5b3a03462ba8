/** Back-propagation by the reference executor against finite differences of the loss, all in float64. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReferenceExecutor } from '../../src/cpu/reference.ts';
import { activate, activationSlope, activationSteepest } from '../../src/kernels/formulas.ts';
import type { ActivationOption } from '../../src/model/activations.ts';
import {
  activation,
  batchNormalization,
  dense,
  dropout,
  gaussianNoise,
  type Layer,
  layerNormalization,
} from '../../src/model/layers.ts';
import { isSparse, type LossOption, parseLoss, targetWidth } from '../../src/model/losses.ts';
import { buildNetwork, type Network } from '../../src/model/network.ts';
import { NO_RATES, sgd } from '../../src/model/optimizers.ts';
import { fillTensor, networkTensors, trainedTensor } from '../../src/model/parameters.ts';
import { uniformSource } from '../../src/model/random.ts';
import { l1l2 } from '../../src/model/regularizers.ts';
import type { FloatArray } from '../../src/plan/executor.ts';
import { activationConstants, type Elementwise, needsInput } from '../../src/plan/lower.ts';
import { sizeOf } from '../../src/plan/plan.ts';
import { planTraining } from '../../src/plan/training.ts';
import { normalizations, placesOf } from '../support/normalizedLayers.ts';
import { keepTensors, runPlan } from '../support/runPlan.ts';

const executor = new ReferenceExecutor();

const elementwise: Elementwise[] = [
  { name: 'linear' },
  { name: 'sigmoid' },
  { name: 'scaledSigmoid', a: 1.7, b: 0.6 },
  { name: 'tanh' },
  { name: 'relu' },
  { name: 'leakyRelu', slope: 0.2 },
  { name: 'elu', alpha: 1.3 },
  { name: 'selu' },
  { name: 'softplus' },
  { name: 'softsign' },
  { name: 'gelu' },
  { name: 'gelu', approximate: true },
  { name: 'swish' },
  { name: 'mish' },
  { name: 'hardSigmoid', slope: 0.2, offset: 0.5 },
];
const activations: ActivationOption[] = [...elementwise, 'softmax'];

const distances: LossOption[] = [
  'halfSquaredError',
  'meanSquaredError',
  'meanAbsoluteError',
  { name: 'huberLoss', delta: 0.4 },
];
/** These want outputs that are probabilities. */
const entropies: LossOption[] = [
  'binaryCrossentropy',
  { name: 'binaryCrossentropy', labelSmoothing: 0.1 },
  'categoricalCrossentropy',
  { name: 'categoricalCrossentropy', labelSmoothing: 0.1 },
  'sparseCategoricalCrossentropy',
  'kullbackLeiblerDivergence',
];
const losses = [...distances, ...entropies];

interface Problem {
  readonly network: Network;
  readonly loss: LossOption;
  readonly rows: number;
  readonly seed: number;
  readonly weighted?: boolean;
}

type Contents = Record<string, FloatArray>;

/** Data and parameters that do not happen to sit on a kink. */
function fill({ network, loss: option, rows, seed, weighted = false }: Problem): Contents {
  const uniform = uniformSource(seed, 99);
  const loss = parseLoss(option, network);
  const width = targetWidth(loss, network.outputs) + Number(weighted);
  const target = (i: number) => {
    if (weighted && i % width === width - 1) return 0.5 + uniform();
    return isSparse(loss) ? Math.floor(uniform() * network.outputs) : 0.05 + 0.9 * uniform();
  };
  const parameters = networkTensors(network).map((tensor) => {
    const drawn = fillTensor(tensor, ({ shape }) =>
      Array.from({ length: sizeOf({ shape }) }, () => 2.4 * uniform() - 1.2),
    );
    return [tensor.name, Float64Array.from(drawn)] as const;
  });
  return {
    x: Float64Array.from({ length: rows * network.inputs }, () => 2 * uniform() - 1),
    target: Float64Array.from({ length: rows * width }, (_, i) => target(i)),
    ...Object.fromEntries(parameters),
  };
}

/** One training step: its loss, and the gradients or parameters that it leaves, by the tensor's name. */
async function step(problem: Problem, contents: Contents, { rate = 0, fused = false } = {}) {
  const { network, rows, weighted } = problem;
  const objective = { loss: parseLoss(problem.loss, network), optimizer: sgd() };
  const size = { batch: rows, samples: rows, slots: 1 };
  const plan = planTraining(network, objective, size, { fused, weighted });
  const kept = keepTensors(plan, (name) => name.endsWith('/gradient'));
  const input = {
    rows: Uint32Array.from({ length: rows }, (_, i) => i),
    index: 0,
    rates: { ...NO_RATES, learning_rate: rate, rate },
  };
  const { losses, tensors } = await runPlan(executor, kept, contents, [input]);
  return { loss: losses[0], tensors };
}

async function expectGradients(problem: Problem): Promise<void> {
  const contents = fill(problem);
  const { tensors } = await step(problem, contents);
  for (const layer of problem.network.layers) {
    const { name, start, end } = trainedTensor(layer) ?? { name: '', start: 0, end: 0 };
    const parameters = contents[name];
    const lossAt = async (i: number, offset: number) => {
      const moved = parameters.slice();
      moved[i] += offset;
      return (await step(problem, { ...contents, [name]: moved })).loss;
    };
    for (let i = start; i < end; i++) {
      const h = 1e-5;
      const numeric = ((await lossAt(i, h)) - (await lossAt(i, -h))) / (2 * h);
      const analytic = tensors[`${layer.name}/gradient`][i];
      if (Math.abs(analytic - numeric) > 1e-8 + 1e-6 * Math.abs(numeric)) {
        expect.fail(`∂E/∂${name}[${i}] is ${analytic}, by differences ${numeric}`);
      }
    }
  }
}

const print = (option: ActivationOption | LossOption) => JSON.stringify(option);
const isEntropy = (loss: LossOption) => entropies.includes(loss);

describe.each(losses.map((loss) => [print(loss), loss] as const))('%s', (_label, loss) => {
  const lasts: ActivationOption[] = isEntropy(loss) ? ['sigmoid', 'softmax'] : activations;

  test.each(lasts.map((last) => [print(last), last] as const))('over a last %s', async (_name, last) => {
    const layers = [
      dense({ units: 3, activation: 'tanh', inputShape: [2] }),
      dense({ units: 4, activation: last }),
    ];
    await expectGradients({ network: buildNetwork(layers, 0), loss, rows: 5, seed: 11 });
  });
});

test.each(activations.map((hidden) => [print(hidden), hidden] as const))(
  'through a hidden %s',
  async (_name, hidden) => {
    const layers = [
      dense({ units: 4, activation: hidden, inputShape: [3] }),
      dense({ units: 3, activation: hidden, useBias: false }),
      dense({ units: 2 }),
    ];
    await expectGradients({ network: buildNetwork(layers, 0), loss: 'meanSquaredError', rows: 4, seed: 5 });
  },
);

test.each(['sigmoid', 'softmax'] as const)(
  'from the logits of a %s through the activation that they are',
  async (last) => {
    const layers = [
      dense({ units: 3, activation: 'tanh', inputShape: [2] }),
      activation({ activation: last }),
    ];
    const loss = last === 'sigmoid' ? 'binaryCrossentropy' : 'categoricalCrossentropy';
    await expectGradients({ network: buildNetwork(layers, 0), loss, rows: 3, seed: 8 });
  },
);

describe.each(normalizations)('%s', (_name, normalization) => {
  test.each(placesOf(normalization))('%s', async (place, layers) => {
    const loss = place.includes('softmax') ? 'categoricalCrossentropy' : 'meanSquaredError';
    await expectGradients({ network: buildNetwork(layers, 0), loss, rows: 5, seed: 3 });
  });
});

const someActivation = fc.constantFrom(...activations);
const denseLayer: fc.Arbitrary<Layer> = fc
  .record({
    units: fc.integer({ min: 2, max: 4 }),
    activation: someActivation,
    useBias: fc.boolean(),
    kernelRegularizer: fc.constantFrom(undefined, l1l2({ l1: 0.02, l2: 0.03 })),
  })
  .map(dense);
/** ε is so large that differences are taken over what is nearly a straight line. */
const normalizationLayer: fc.Arbitrary<Layer> = fc
  .record({ epsilon: fc.constantFrom(0.1, 0.5), center: fc.boolean(), scale: fc.boolean() })
  .chain((options) => fc.constantFrom(layerNormalization(options), batchNormalization(options)));
const anyLayer: fc.Arbitrary<Layer> = fc.oneof(
  denseLayer,
  normalizationLayer,
  someActivation.map((option) => activation({ activation: option })),
  fc.constantFrom(dropout({ rate: 0.3 }), gaussianNoise({ stddev: 0.2 })),
);

test('through layers of any kind, in any order, with weights for the rows', async () => {
  const problem = fc.record({
    inputs: fc.integer({ min: 1, max: 3 }),
    middle: fc.array(anyLayer, { maxLength: 3 }),
    needed: denseLayer,
    last: someActivation,
    probabilities: fc.constantFrom('sigmoid' as const, 'softmax' as const),
    loss: fc.constantFrom(...losses),
    rows: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    weighted: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(problem, async ({ inputs, middle, needed, last, probabilities, ...rest }) => {
      const start = activation({ activation: 'linear', inputShape: [inputs] });
      const end = activation({ activation: isEntropy(rest.loss) ? probabilities : last });
      await expectGradients({ ...rest, network: buildNetwork([start, ...middle, needed, end], rest.seed) });
    }),
    { numRuns: 80, seed: 1 },
  );
});

test('a small enough step makes the loss fall', async () => {
  const hidden = fc.constantFrom(...elementwise.filter(({ name }) => !/elu|linear|hard/i.test(name)));
  await fc.assert(
    fc.asyncProperty(
      hidden,
      fc.constantFrom(...losses),
      fc.boolean(),
      fc.integer({ min: 0, max: 1e6 }),
      async (option, loss, fused, seed) => {
        const layers = [
          dense({ units: 3, activation: option, inputShape: [2] }),
          dense({ units: 3, activation: isEntropy(loss) ? 'softmax' : 'linear' }),
        ];
        const problem = { network: buildNetwork(layers, 0), loss, rows: 4, seed };
        const contents = fill(problem);
        const before = await step(problem, contents, { rate: 1e-3, fused });
        const after = await step(problem, { ...contents, ...before.tensors });
        expect(after.loss).toBeLessThan(before.loss);
      },
    ),
    { numRuns: 60, seed: 2 },
  );
});

test.each(elementwise.map((option) => [print(option), option] as const))(
  'F′ of %s is the slope of F',
  (_name, option) => {
    const constants = activationConstants(option);
    const place = { name: '', inputs: 1, units: 1, type: 'activation', activation: option } as const;
    const h = 1e-5;
    // Off the kinks, which are at 0, and for the hard sigmoid at ±2.5.
    const isSmooth = (x: number) => Math.abs(x) > 1e-4 && Math.abs(Math.abs(x) - 2.5) > 1e-4;
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }).filter(isSmooth), (x) => {
        const numeric = (activate(x + h, constants) - activate(x - h, constants)) / (2 * h);
        const kept = needsInput(place) ? x : activate(x, constants);
        expect(activationSlope(kept, constants)).toBeCloseTo(numeric, 7);
      }),
    );
  },
);

test.each(elementwise.map((option) => [print(option), option] as const))(
  'F′ of %s is as large as it is said to be, and no larger',
  (_name, option) => {
    const constants = activationConstants(option);
    const place = { name: '', inputs: 1, units: 1, type: 'activation', activation: option } as const;
    const slopes = Array.from({ length: 24_001 }, (_, i) => {
      const x = (i - 12_000) / 1000;
      return Math.abs(activationSlope(needsInput(place) ? x : activate(x, constants), constants));
    });
    expect(Math.max(...slopes) / activationSteepest(constants)).toBeCloseTo(1, 3);
  },
);
