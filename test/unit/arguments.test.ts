/** Every wrong argument gets an Error that names it, what it got and what it accepts. */
import { describe, expect, test } from 'vitest';
import {
  activation,
  adam,
  batchNormalization,
  createRuntime,
  dense,
  dropout,
  gaussianNoise,
  gradientStats,
  layerNormalization,
  sequential,
  sgd,
} from '../../src/index.ts';

/** What is called, and what its message must say: the argument, what it got, and what it accepts. */
type Wrong = readonly [label: string, call: () => unknown, message: string | RegExp];

/** An argument that the types refuse. */
const bad = (value: unknown) => value as never;

function testEach(name: string, table: readonly Wrong[]): void {
  describe(name, () => {
    test.each(table)('%s', async (_label, call, message) => {
      await expect(async () => call()).rejects.toThrow(message);
    });
  });
}

const names = 'one of linear, sigmoid, tanh, relu,';

testEach('dense', [
  ['no options', () => dense(bad(undefined)), 'dense: got undefined, expected an object of options'],
  ['null', () => dense(bad(null)), 'dense: got null, expected an object of options'],
  ['no units', () => dense(bad({})), 'units: got undefined, expected a positive integer'],
  ['units 0', () => dense({ units: 0 }), 'units: got 0, expected a positive integer'],
  ['units 2.5', () => dense({ units: 2.5 }), 'units: got 2.5, expected a positive integer'],
  ['units as text', () => dense({ units: bad('4') }), "units: got '4', expected a positive integer"],
  [
    'unknown activation',
    () => dense({ units: 1, activation: bad('rely') }),
    `activation: got 'rely', expected ${names}`,
  ],
  ['activation 3', () => dense({ units: 1, activation: bad(3) }), `activation: got 3, expected ${names}`],
  [
    'scaledSigmoid with a = 0',
    () => dense({ units: 1, activation: { name: 'scaledSigmoid', a: 0 } }),
    'activation.a: got 0, expected a positive number',
  ],
  [
    'scaledSigmoid with b = NaN',
    () => dense({ units: 1, activation: { name: 'scaledSigmoid', b: Number.NaN } }),
    'activation.b: got NaN, expected a positive number',
  ],
  [
    'a parameter of another activation',
    () => dense({ units: 1, activation: { name: 'tanh', a: 2 } }),
    "activation.a: got 2, expected one of tanh's parameters (none)",
  ],
  ['useBias 1', () => dense({ units: 1, useBias: bad(1) }), 'useBias: got 1, expected true or false'],
  [
    'inputShape 4',
    () => dense({ units: 1, inputShape: bad(4) }),
    'inputShape: got 4, expected an array of one number',
  ],
  [
    'inputShape of two',
    () => dense({ units: 1, inputShape: [2, 3] }),
    'inputShape: got [2,3], expected an array of one number: [inputs]',
  ],
  [
    'inputShape of 0',
    () => dense({ units: 1, inputShape: [0] }),
    'inputShape[0]: got 0, expected a positive integer',
  ],
  [
    'unknown initialiser',
    () => dense({ units: 1, kernelInitializer: bad('glorot') }),
    /^kernelInitializer: got 'glorot', expected one of zeros, ones, .*glorotUniform/,
  ],
  [
    'unknown initialiser of the bias',
    () => dense({ units: 1, biasInitializer: bad(0) }),
    /^biasInitializer: got 0, expected one of zeros/,
  ],
  [
    'a regularizer that is none',
    () => dense({ units: 1, kernelRegularizer: bad('l2') }),
    "kernelRegularizer: got 'l2', expected what l1(…), l2(…) or l1l2(…) returns",
  ],
  [
    'negative learningRateScale',
    () => dense({ units: 1, learningRateScale: -1 }),
    'learningRateScale: got -1, expected a number that is not negative',
  ],
  [
    'a name with a space',
    () => dense({ units: 1, name: 'a b' }),
    "name: got 'a b', expected letters, digits",
  ],
  [
    'an unknown option',
    () => dense(bad({ units: 1, unit: 2 })),
    "dense option: got 'unit', expected one of units, activation",
  ],
]);

testEach('other layers', [
  ['activation without one', () => activation(bad({})), 'activation: got undefined, expected one of linear'],
  [
    'activation with units',
    () => activation(bad({ activation: 'relu', units: 2 })),
    "activation option: got 'units'",
  ],
  ['dropout of everything', () => dropout({ rate: 1 }), 'rate: got 1, expected a number from 0 to below 1'],
  [
    'dropout without rate',
    () => dropout(bad({})),
    'rate: got undefined, expected a number from 0 to below 1',
  ],
  [
    'negative noise',
    () => gaussianNoise({ stddev: -1 }),
    'stddev: got -1, expected a number that is not negative',
  ],
  [
    'a normalisation by nothing',
    () => layerNormalization({ epsilon: 0 }),
    'epsilon: got 0, expected a positive number',
  ],
  [
    'scale as text',
    () => layerNormalization({ scale: bad('no') }),
    "scale: got 'no', expected true or false",
  ],
  ['center 1', () => batchNormalization({ center: bad(1) }), 'center: got 1, expected true or false'],
  [
    'momentum 1',
    () => batchNormalization({ momentum: 1 }),
    'momentum: got 1, expected a number from 0 to below 1',
  ],
  [
    'momentum of rows',
    () => layerNormalization(bad({ momentum: 0.9 })),
    "layerNormalization option: got 'momentum', expected one of epsilon, center",
  ],
  [
    'an axis',
    () => batchNormalization(bad({ axis: 1 })),
    "batchNormalization option: got 'axis', expected one of momentum, ",
  ],
  [
    'an unknown initialiser of gamma',
    () => layerNormalization({ gammaInitializer: bad('one') }),
    /^gammaInitializer: got 'one', expected one of zeros, ones/,
  ],
  [
    'an unknown initialiser of beta',
    () => layerNormalization({ betaInitializer: bad(0) }),
    /^betaInitializer: got 0, expected one of zeros/,
  ],
  [
    'an unknown initialiser of the mean',
    () => batchNormalization({ movingMeanInitializer: bad(0) }),
    /^movingMeanInitializer: got 0, expected one of zeros/,
  ],
  [
    'an unknown initialiser of the variance',
    () => batchNormalization({ movingVarianceInitializer: bad(1) }),
    /^movingVarianceInitializer: got 1, expected one of zeros/,
  ],
]);

const one = () => dense({ units: 1, inputShape: [2] });

testEach('sequential', [
  [
    'no options',
    () => sequential(bad(undefined)),
    'sequential: got undefined, expected an object of options',
  ],
  ['no layers', () => sequential(bad({})), 'layers: got undefined, expected an array of at least one layer'],
  [
    'an empty list',
    () => sequential({ layers: [] }),
    'layers: got [], expected an array of at least one layer',
  ],
  [
    'a layer that is none',
    () => sequential({ layers: [bad({ units: 3 })] }),
    'layers[0]: got {"units":3}, expected what one of dense, activation',
  ],
  [
    'null for a layer',
    () => sequential({ layers: [one(), bad(null)] }),
    'layers[1]: got null, expected what',
  ],
  [
    'no inputShape',
    () => sequential({ layers: [dense({ units: 1 })] }),
    'layers[0].inputShape: got undefined, expected [inputs], which the first layer must state',
  ],
  [
    'an inputShape that does not fit',
    () =>
      sequential({ layers: [dense({ units: 3, inputShape: [2] }), dense({ units: 1, inputShape: [4] })] }),
    'layers[1].inputShape: got [4], expected [3], the width of the layer before it',
  ],
  [
    'a name twice',
    () =>
      sequential({
        layers: [dense({ units: 1, inputShape: [1], name: 'a' }), dense({ units: 1, name: 'a' })],
      }),
    "layers[1].name: got 'a', expected a name no other layer has",
  ],
  ['a broken seed', () => sequential({ layers: [one()], seed: 0.5 }), 'seed: got 0.5, expected an integer'],
  [
    'an unknown option',
    () => sequential(bad({ layers: [one()], name: 'm' })),
    "sequential option: got 'name', expected one of layers, seed",
  ],
]);

testEach('optimizers', [
  [
    'a negative rate',
    () => sgd({ learningRate: -0.1 }),
    'learningRate: got -0.1, expected a number that is not negative',
  ],
  [
    'a rate as text',
    () => adam({ learningRate: bad('0.1') }),
    "learningRate: got '0.1', expected a number, a schedule, or a function",
  ],
  [
    'a rate of NaN',
    () => adam({ learningRate: Number.NaN }),
    'learningRate: got NaN, expected a number that is not negative',
  ],
  ['momentum 1', () => sgd({ momentum: 1 }), 'momentum: got 1, expected a number from 0 to below 1'],
  [
    'nesterov without momentum',
    () => sgd({ nesterov: true }),
    'nesterov: got true, expected a momentum above 0 with it',
  ],
  [
    'nesterov as text',
    () => sgd({ momentum: 0.5, nesterov: bad('yes') }),
    "nesterov: got 'yes', expected true or false",
  ],
  ['beta1 of 1', () => adam({ beta1: 1 }), 'beta1: got 1, expected a number from 0 to below 1'],
  ['beta2 below 0', () => adam({ beta2: -0.1 }), 'beta2: got -0.1, expected a number from 0 to below 1'],
  ['epsilon 0', () => adam({ epsilon: 0 }), 'epsilon: got 0, expected a positive number'],
  [
    'an option of another optimizer',
    () => adam(bad({ momentum: 0.9 })),
    "adam option: got 'momentum', expected one of learningRate, beta1",
  ],
  ['useEma 1', () => adam({ useEma: bad(1) }), 'useEma: got 1, expected true or false'],
  [
    'emaMomentum 1',
    () => sgd({ useEma: true, emaMomentum: 1 }),
    'emaMomentum: got 1, expected a number from 0 to below 1',
  ],
  ['options that are none', () => sgd(bad(0.1)), 'sgd: got 0.1, expected an object of options'],
]);

testEach('gradientStats', [
  ['every 0', () => gradientStats({ every: 0 }), 'every: got 0, expected a positive integer'],
  ["every 'epoch'", () => gradientStats({ every: bad('epoch') }), "every: got 'epoch', expected a positive"],
  ['a log that is none', () => gradientStats({ log: bad(false) }), 'log: got false, expected a function'],
  [
    'an unknown option',
    () => gradientStats(bad({ batchSize: 3 })),
    "gradientStats option: got 'batchSize', expected one of every, log",
  ],
]);

testEach('createRuntime', [
  [
    'an unknown backend',
    () => createRuntime({ backend: bad('cuda') }),
    "backend: got 'cuda', expected one of auto, webgpu, ",
  ],
  [
    'webgpu where there is none',
    () => createRuntime({ backend: 'webgpu' }),
    /^backend: got 'webgpu', expected 'auto' or .* no WebGPU adapter/,
  ],
  [
    'a device for the reference',
    () => createRuntime({ backend: 'reference', device: bad({}) }),
    "device: got 'a GPUDevice', expected backend 'webgpu' or 'auto'",
  ],
  [
    'an unknown preference',
    () => createRuntime({ powerPreference: bad('low') }),
    "powerPreference: got 'low', expected one of low-power, high-performance",
  ],
  [
    'an unknown option',
    () => createRuntime(bad({ adapter: 1 })),
    "createRuntime option: got 'adapter', expected one of backend",
  ],
]);
