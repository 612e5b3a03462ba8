/** ONNX's node tests as the browsers get them: one operator, its inputs, and the outputs that ONNX publishes. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface NodeTest {
  readonly name: string;
  readonly operator: string;
  readonly attributes: Readonly<Record<string, number | string>>;
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
}

/** The operators that a multilayer perceptron and its training are made of. */
export const operators = [
  ...[
    'Sigmoid',
    'Tanh',
    'Relu',
    'Elu',
    'Selu',
    'Softplus',
    'Softsign',
    'LeakyRelu',
    'HardSigmoid',
    'HardSwish',
  ],
  ...['Gelu', 'Mish', 'Softmax', 'Gemm', 'MatMul', 'SoftmaxCrossEntropyLoss', 'NegativeLogLikelihoodLoss'],
  ...['LayerNormalization', 'BatchNormalization', 'Adam', 'Adagrad', 'Momentum'],
];

/** The number that an attribute holds, or what the operator's definition has for it. */
export const attribute = ({ attributes }: NodeTest, name: string, otherwise: number) =>
  Number(attributes[name] ?? otherwise);

/** The input of that place. Throws when the test has none. */
export function input({ name, inputs }: NodeTest, index: number): OnnxTensor {
  const tensor = inputs[index];
  if (!tensor) throw new Error(`${name} has no input ${index}`);
  return tensor;
}
