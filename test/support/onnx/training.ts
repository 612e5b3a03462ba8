/**
 * ONNX's training operators as one call of the kernel that joins a layer's gradient with its update, which takes
 * moments and step values as they are. A tensor is a layer of one input that is 1, without a bias: its gradient
 * is the delta, and `norm_coefficient` λ, the slope of λ/2 Σx², its L2 penalty.
 *
 * ONNX's formulas are PyTorch's but for these, which are values of a step here:
 *   Adam      ε is added to the root of the second moment as it is: the bias corrections of both moments go into
 *             the rate, R √(1 − βᵀ) / (1 − αᵀ), and are left out at T = 0
 *   Adagrad   the rate is R / (1 + T · decay_factor)
 *   Momentum  after T = 0 the gradient joins the velocity β times, which these kernels cannot express; all of
 *             ONNX's tests are at T = 0
 */
import { values as optimizers } from '../../../shaders/lib/optimizer.wgsl';
import { gradientUpdate } from '../../../src/kernels/gradient_update.ts';
import type { Executor } from '../../../src/plan/executor.ts';
import { callKernel } from './callKernel.ts';
import { attribute, input, type NodeTest } from './nodeTest.ts';
import type { Outcome, Runner } from './outcome.ts';

type Constants = Partial<Parameters<typeof gradientUpdate.threads>[0]>;

interface Optimizer {
  readonly moments: number;
  readonly rate: number;
  readonly constants: Constants;
}

const ULPS = 8;

const optimizerOf: Record<string, (test: NodeTest, rate: number, step: number) => Optimizer> = {
  Adam(test, rate, step) {
    const alpha = attribute(test, 'alpha', 0.9);
    const beta = attribute(test, 'beta', 0.999);
    const correction = step > 0 ? Math.sqrt(1 - beta ** step) / (1 - alpha ** step) : 1;
    return {
      moments: 2,
      rate: rate * correction,
      constants: {
        OPTIMIZER: optimizers.ADAM,
        BETA_1: alpha,
        BETA_2: beta,
        ONE_MINUS_BETA_1: 1 - alpha,
        ONE_MINUS_BETA_2: 1 - beta,
        EPSILON: attribute(test, 'epsilon', 1e-6),
      },
    };
  },
  Adagrad: (test, rate, step) => ({
    moments: 1,
    rate: rate / (1 + step * attribute(test, 'decay_factor', 0)),
    constants: { OPTIMIZER: optimizers.ADAGRAD, EPSILON: attribute(test, 'epsilon', 1e-6) },
  }),
  Momentum(test, rate, step) {
    if (step > 0) throw new Error(`${test.name}: a gradient taken β times, at T = ${step}, has no form here`);
    const constants = {
      OPTIMIZER: optimizers.SGD,
      MOMENTUM: attribute(test, 'alpha', 0),
      NESTEROV: test.attributes.mode === 'nesterov',
    };
    return { moments: 1, rate, constants };
  },
};

/** The tensors of one test, several at a time: R, T, every X, every G, every first moment, every second. */
export const trainingStep: Runner = async (test, { executor }) => {
  const { moments, rate, constants } = optimizerOf[test.operator](
    test,
    input(test, 0).data[0],
    input(test, 1).data[0],
  );
  const count = (test.inputs.length - 2) / (2 + moments);
  const outcomes: Outcome[] = [];
  for (let i = 0; i < count; i++) {
    const [x, gradient, ...kept] = Array.from(
      { length: 2 + moments },
      (_, k) => input(test, 2 + k * count + i).data,
    );
    const layer = { x, gradient, kept, rate };
    const L2 = attribute(test, 'norm_coefficient', 0) / 2;
    const after = await updateLayer(executor, layer, { ...constants, MOMENTS: moments, L2 });
    for (const [k, got] of after.entries()) {
      const { name, data } = test.outputs[k * count + i];
      outcomes[k * count + i] = { name, got, want: data, ulps: ULPS };
    }
  }
  return outcomes;
};

interface Layer {
  readonly x: readonly number[];
  readonly gradient: readonly number[];
  readonly kept: readonly (readonly number[])[];
  readonly rate: number;
}

/** The tensor and its moments after the step. */
async function updateLayer(
  executor: Executor,
  { x, gradient, kept, rate }: Layer,
  constants: Constants,
): Promise<ArrayLike<number>[]> {
  const N = x.length;
  const withBias = (row: readonly number[]) => [...row, ...row.map(() => 0)];
  const contents = {
    x: [1],
    permutation: [0],
    delta: gradient,
    parameters: withBias(x),
    moments: kept.flatMap(withBias),
  };
  const { parameters, moments } = await callKernel(
    executor,
    gradientUpdate,
    contents,
    { M: 1, N, K: 1, GATHER: false, USE_BIAS: false, ...constants },
    { learning_rate: rate, rate },
  );
  return [parameters.slice(0, N), ...kept.map((_, k) => moments.slice(2 * k * N, 2 * k * N + N))];
}
