/** ONNX's forward operators as networks: activations, softmax and matrix products. */
import {
  type ActivationOption,
  activation,
  dense,
  type Layer,
  type Runtime,
  sequential,
  sgd,
} from '../../../src/index.ts';
import { attribute, input, type NodeTest } from './nodeTest.ts';
import type { Runner } from './outcome.ts';
import { diagonal, matrices, rowsAlong, transposed } from './rows.ts';

/** The network's output, after its kernels (and biases) have been set. */
export async function predict(
  runtime: Runtime,
  layers: Layer[],
  weights: readonly (readonly number[])[],
  x: number[][],
): Promise<Float32Array> {
  const model = sequential({ layers });
  model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime });
  if (weights.length > 0) await model.setWeights(weights.map((data) => ({ data })));
  try {
    return await model.predict(x);
  } finally {
    model.dispose();
  }
}

/** ONNX's definitions and defaults. */
const activations: Record<string, (test: NodeTest) => ActivationOption> = {
  Sigmoid: () => 'sigmoid',
  Tanh: () => 'tanh',
  Relu: () => 'relu',
  Softplus: () => 'softplus',
  Softsign: () => 'softsign',
  Elu: (test) => ({ name: 'elu', alpha: attribute(test, 'alpha', 1) }),
  LeakyRelu: (test) => ({ name: 'leakyRelu', slope: attribute(test, 'alpha', 0.01) }),
  HardSigmoid: (test) => ({
    name: 'hardSigmoid',
    slope: attribute(test, 'alpha', 0.2),
    offset: attribute(test, 'beta', 0.5),
  }),
};

export const elementwise =
  (ulps: number): Runner =>
  async (test, runtime) => {
    const rows = rowsAlong(input(test, 0), -1);
    const layer = activation({ activation: activations[test.operator](test), inputShape: [rows[0].length] });
    const got = await predict(runtime, [layer], [], rows);
    return [{ name: 'y', got, want: test.outputs[0].data, ulps }];
  };

/** γ · elu: the library's selu has the constants of the paper, which are ONNX's defaults. */
export const selu: Runner = async (test, runtime) => {
  const rows = rowsAlong(input(test, 0), -1);
  const units = rows[0].length;
  const inputShape = [units];
  const scaled = 'gamma' in test.attributes;
  const layers = scaled
    ? [
        activation({ activation: { name: 'elu', alpha: attribute(test, 'alpha', 1) }, inputShape }),
        dense({ units, useBias: false }),
      ]
    : [activation({ activation: 'selu', inputShape })];
  const weights = scaled ? [diagonal(units, attribute(test, 'gamma', 1)).flat()] : [];
  return [
    { name: 'y', got: await predict(runtime, layers, weights, rows), want: test.outputs[0].data, ulps: 18 },
  ];
};

export const softmax: Runner = async (test, runtime) => {
  const axis = attribute(test, 'axis', -1);
  const rows = rowsAlong(input(test, 0), axis);
  const units = rows[0].length;
  const got = await predict(runtime, [activation({ activation: 'softmax', inputShape: [units] })], [], rows);
  return [{ name: 'y', got, want: rowsAlong(test.outputs[0], axis).flat(), ulps: 3 * units + 3 }];
};

/** A product of each pair of matrices. */
export const matmul: Runner = async (test, runtime) => {
  const [a, b] = [0, 1].map((index) => matrices(input(test, index)));
  const [K, N] = [b[0].length, b[0][0].length];
  const got: number[] = [];
  for (const [i, x] of a.entries()) {
    const layer = dense({ units: N, useBias: false, inputShape: [K] });
    got.push(...(await predict(runtime, [layer], [b[i].flat()], x)));
  }
  return [{ name: 'c', got, want: test.outputs[0].data, ulps: 2 * K }];
};

/** α A·B + β C: α joins the kernel and β the bias; a C with rows of its own is chosen from by one-hot inputs. */
export const gemm: Runner = async (test, runtime) => {
  const [a] = matrices(input(test, 0));
  const [b] = matrices(input(test, 1));
  const x = attribute(test, 'transA', 0) ? transposed(a) : a;
  const kernel = (attribute(test, 'transB', 0) ? transposed(b) : b).map((row) =>
    row.map((value) => value * attribute(test, 'alpha', 1)),
  );
  const [K, N] = [kernel.length, kernel[0].length];
  const added = addend(test, N);
  const own = added.length > 1;
  const layer = dense({ units: N, useBias: !own, inputShape: [own ? K + added.length : K] });
  const rows = own ? x.map((row, i) => [...row, ...diagonal(x.length)[i]]) : x;
  const weights = own ? [[...kernel, ...added].flat()] : [kernel.flat(), added[0]];
  const got = await predict(runtime, [layer], weights, rows);
  return [{ name: 'y', got, want: test.outputs[0].data, ulps: 2 * K + 3 }];
};

/** β C as rows of N: one for all rows of the product, or one for each. */
function addend(test: NodeTest, N: number): number[][] {
  const { data, shape } = test.inputs[2] ?? { data: [0], shape: [] };
  const scaled = data.map((value) => value * attribute(test, 'beta', 1));
  const rows = shape.length === 2 ? shape[0] : 1;
  const width = data.length / rows;
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: N }, (_, n) => scaled[r * width + (width === 1 ? 0 : n)]),
  );
}
