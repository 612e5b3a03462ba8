/** The optimizers' formulas against numbers worked by hand, and against PyTorch's documentation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReferenceExecutor } from '../../src/cpu/reference.ts';
import { dense } from '../../src/model/layers.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { adam, type Optimizer, sgd } from '../../src/model/optimizers.ts';
import { sizeOf } from '../../src/plan/plan.ts';
import { planTraining } from '../../src/plan/training.ts';
import { basicOptimizers, otherOptimizers } from '../support/optimizerPairs.ts';
import { runPlan } from '../support/runPlan.ts';
import { ratesOf } from '../support/steps.ts';

const network = buildNetwork([dense({ units: 1, inputShape: [1], useBias: false })], 0);
const loss = parseLoss('halfSquaredError', network);
const size = { batch: 1, samples: 1, slots: 1 };

/**
 * The weight after each step of a plan of one weight, whose gradient in step t is `gradients[t]`: with x = 1 the
 * half squared error's gradient is w − target, so that target = w − g.
 */
async function trainWeight(
  optimizer: Optimizer,
  start: number,
  gradients: readonly number[],
): Promise<number[]> {
  const plan = planTraining(network, { loss, optimizer }, size);
  const rates = ratesOf(optimizer);
  let contents: Record<string, Float64Array> = {
    x: Float64Array.of(1),
    'dense/parameters': Float64Array.of(start, 0),
    'dense/moments': new Float64Array(sizeOf(plan.tensors.get('dense/moments')!)).fill(
      optimizer.initialAccumulatorValue ?? 0,
    ),
  };
  const weights: number[] = [];
  for (const [index, gradient] of gradients.entries()) {
    contents.target = Float64Array.of(contents['dense/parameters'][0] - gradient);
    const step = { rows: Uint32Array.of(0), index, rates: rates(index) };
    const { tensors } = await runPlan(new ReferenceExecutor(), plan, contents, [step]);
    contents = { ...contents, ...(tensors as Record<string, Float64Array>) };
    weights.push(contents['dense/parameters'][0]);
  }
  return weights;
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(actual[i]).toBeCloseTo(value, 12);
}

describe('by hand', () => {
  test('sgd', async () => {
    // 2 − 0.1·3 = 1.7;  1.7 + 0.1·1 = 1.8;  1.8 − 0.1·0.5 = 1.75
    expectClose(await trainWeight(sgd({ learningRate: 0.1 }), 2, [3, -1, 0.5]), [1.7, 1.8, 1.75]);
  });

  test('momentum', async () => {
    // v: 3;  0.5·3 − 1 = 0.5;  0.5·0.5 + 0.5 = 0.75
    // w: 2 − 0.3 = 1.7;  1.7 − 0.05 = 1.65;  1.65 − 0.075 = 1.575
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.5 });
    expectClose(await trainWeight(optimizer, 2, [3, -1, 0.5]), [1.7, 1.65, 1.575]);
  });

  test('nesterov', async () => {
    // v as above; g + 0.5 v: 4.5;  −0.75;  0.875
    // w: 2 − 0.45 = 1.55;  1.55 + 0.075 = 1.625;  1.625 − 0.0875 = 1.5375
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.5, nesterov: true });
    expectClose(await trainWeight(optimizer, 2, [3, -1, 0.5]), [1.55, 1.625, 1.5375]);
  });

  test('adam', async () => {
    // β₁ = ½, β₂ = ¾, ε = 1, α = 0.1, g = 2 and then −2:
    // m = 1, m̂ = 1 / ½ = 2;       v = 1, v̂ = 1 / ¼ = 4;            w = 1 − 0.1·2 / (2 + 1) = 1 − 0.2/3
    // m = ½ − 1 = −½, m̂ = −½ / ¾ = −⅔;  v = ¾ + 1 = 7/4, v̂ = (7/4) / (7/16) = 4;  w + 0.1·⅔ / 3
    const optimizer = adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 1 });
    const first = 1 - 0.2 / 3;
    expectClose(await trainWeight(optimizer, 1, [2, -2]), [first, first + 0.2 / 9]);
  });
});

describe('the average of the weights', () => {
  /** The average after each step of SGD at rate 1 on a gradient of 1. */
  async function averages(
    settings: { useEma?: boolean; emaMomentum?: number },
    start: number,
    steps: number,
  ) {
    const optimizer = sgd({ learningRate: 1, ...settings });
    const plan = planTraining(network, { loss, optimizer }, size);
    const rates = ratesOf(optimizer);
    let contents: Record<string, Float64Array> = {
      x: Float64Array.of(1),
      'dense/parameters': Float64Array.of(start, 0),
    };
    const list: number[] = [];
    for (let index = 0; index < steps; index++) {
      contents.target = Float64Array.of(contents['dense/parameters'][0] - 1);
      const step = { rows: Uint32Array.of(0), index, rates: rates(index) };
      const { tensors } = await runPlan(new ReferenceExecutor(), plan, contents, [step]);
      contents = { ...contents, ...(tensors as Record<string, Float64Array>) };
      list.push(contents['dense/average']?.[0]);
    }
    return list;
  }

  test('is that of Keras’s own test of its optimizers', async () => {
    // keras/src/optimizers/optimizer_test.py, test_ema: weights 3, 4, 5, 6, rate 1, gradient 1, momentum 0.9.
    // There the average is [[2, 3], [4, 5]], [[1.9, 2.9], [3.9, 4.9]] and [[1.71, 2.71], [3.71, 4.71]].
    const published = [
      [2, 1.9, 1.71],
      [3, 2.9, 2.71],
      [4, 3.9, 3.71],
      [5, 4.9, 4.71],
    ];
    for (const [i, wanted] of published.entries()) {
      expectClose(await averages({ useEma: true, emaMomentum: 0.9 }, 3 + i, 3), wanted);
    }
  });

  test('has a momentum of 0.99, and is not kept unless asked for', async () => {
    expectClose(await averages({ useEma: true }, 3, 2), [2, 1.99]);
    expect(await averages({ emaMomentum: 0.9 }, 3, 1)).toEqual([undefined]);
  });
});

test.each([...basicOptimizers, ...otherOptimizers].map((pair) => [pair.name, pair] as const))(
  '%s follows its documentation over any gradients',
  async (_name, { ours, plain }) => {
    const gradients = fc.array(
      fc.integer({ min: -300, max: 300 }).map((n) => n / 100),
      { minLength: 1, maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(fc.double({ min: -2, max: 2, noNaN: true }), gradients, async (start, list) => {
        const update = plain();
        const weight = Float64Array.of(start);
        const wanted = list.map((gradient) => {
          update(weight, Float64Array.of(gradient));
          return weight[0];
        });
        const actual = await trainWeight(ours, start, list);
        for (const [t, value] of wanted.entries()) expect(actual[t]).toBeCloseTo(value, 7);
      }),
      { numRuns: 30, seed: 1 },
    );
  },
);
