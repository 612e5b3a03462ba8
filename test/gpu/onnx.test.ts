/** ONNX's published node tests (Debian's package libonnx-testdata), on the browser's own WebGPU. */

import tests from 'virtual:onnx-node-tests';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRuntime, type Runtime } from '../../src/index.ts';
import { elementwise, gemm, matmul, selu, softmax } from '../support/onnx/forward.ts';
import { negativeLogLikelihood, softmaxCrossEntropy } from '../support/onnx/losses.ts';
import { batchNormalization, layerNormalization } from '../support/onnx/normalization.ts';
import { firstDifference, type Runner } from '../support/onnx/outcome.ts';
import { trainingStep } from '../support/onnx/training.ts';

interface Operator {
  /** Tests there are of it in ONNX 1.12, which Debian 12 has. */
  readonly cases: number;
  readonly run: Runner;
}

/** Bounds are those of the WebNN conformance tests, in units in the last place; tanh's, 1/1024, is far too wide. */
const expected: Record<string, Operator> = {
  Sigmoid: { cases: 2, run: elementwise(34) },
  Tanh: { cases: 2, run: elementwise(18) },
  Relu: { cases: 1, run: elementwise(0) },
  LeakyRelu: { cases: 3, run: elementwise(1) },
  Elu: { cases: 3, run: elementwise(18) },
  Selu: { cases: 3, run: selu },
  Softplus: { cases: 2, run: elementwise(18) },
  Softsign: { cases: 2, run: elementwise(3) },
  HardSigmoid: { cases: 3, run: elementwise(2) },
  Softmax: { cases: 7, run: softmax },
  Gemm: { cases: 11, run: gemm },
  MatMul: { cases: 3, run: matmul },
  SoftmaxCrossEntropyLoss: { cases: 34, run: softmaxCrossEntropy },
  NegativeLogLikelihoodLoss: { cases: 18, run: negativeLogLikelihood },
  LayerNormalization: { cases: 19, run: layerNormalization },
  BatchNormalization: { cases: 4, run: batchNormalization },
  Adam: { cases: 2, run: trainingStep },
  Adagrad: { cases: 2, run: trainingStep },
  Momentum: { cases: 3, run: trainingStep },
};

/** Why a test is not run. */
const left: Record<string, string> = {
  test_hardswish: 'there is no such activation: x times the hard sigmoid of x',
};

let runtime: Runtime;

beforeAll(async () => {
  runtime = await createRuntime({ backend: 'webgpu' });
});

afterAll(() => runtime.dispose());

test('every test of these operators runs, or is left out for a reason', () => {
  const others = tests.filter(({ operator }) => !(operator in expected));
  expect(others.map(({ name }) => name)).toEqual(Object.keys(left));
});

describe.each(Object.entries(expected))('%s', (operator, { cases, run }) => {
  const own = tests.filter((nodeTest) => nodeTest.operator === operator);

  test(`has ${cases}`, () => expect(own.map(({ name }) => name)).toHaveLength(cases));

  test.each(own.map((nodeTest) => [nodeTest.name, nodeTest] as const))('%s', async (_name, nodeTest) => {
    const outcomes = await run(nodeTest, runtime);
    expect(outcomes.map(({ name }) => name)).toEqual(nodeTest.outputs.map(({ name }) => name));
    expect(outcomes.map(firstDifference).filter(Boolean)).toEqual([]);
  });
});
