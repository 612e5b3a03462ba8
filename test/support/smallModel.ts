import { dense, type Runtime, type Sequential, sequential, sgd } from '../../src/index.ts';

/** The four rows of xor. */
export const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
export const y = [0, 1, 1, 0];

/** A compiled model of two inputs and one output, the same every time. */
export function smallModel(runtime: Runtime): Sequential {
  const model = sequential({
    layers: [
      dense({ units: 4, activation: 'tanh', inputShape: [2] }),
      dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  model.compile({ optimizer: sgd(), loss: 'meanSquaredError', metrics: ['accuracy'], runtime });
  return model;
}
