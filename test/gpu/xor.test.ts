import { expect, test } from 'vitest';
import { adam, createRuntime, dense, sequential } from '../../src/index.ts';

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1, 0];

test.each(['webgpu', 'cpu', 'reference'] as const)('%s learns xor', async (backend) => {
  const runtime = await createRuntime({ backend });
  const model = sequential({
    seed: 1,
    layers: [
      dense({ units: 8, activation: 'tanh', inputShape: [2] }),
      dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  model.compile({
    optimizer: adam({ learningRate: 0.05 }),
    loss: 'meanSquaredError',
    metrics: ['accuracy'],
    runtime,
  });
  const { history } = await model.fit(x, y, { epochs: 600, batchSize: 4 });
  expect(history.loss.at(-1)).toBeLessThan(0.01);
  expect(await model.evaluate(x, y)).toMatchObject({ accuracy: 1 });
  expect(Array.from(await model.predict(x), Math.round)).toEqual(y);
  runtime.dispose();
});
