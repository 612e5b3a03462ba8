/** M. Mazur, A Step by Step Backpropagation Example, 2015: numbers that can be followed on paper. */
import { expect, test } from 'vitest';
import { createRuntime, dense, sequential, sgd } from '../../src/index.ts';

const sigmoid = { activation: 'sigmoid', units: 2 } as const;

test.each(['webgpu', 'cpu', 'reference'] as const)('the worked example, on %s', async (backend) => {
  const runtime = await createRuntime({ backend });
  const model = sequential({ layers: [dense({ ...sigmoid, inputShape: [2] }), dense(sigmoid)] });
  model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'halfSquaredError', runtime });
  // Kernels are [inputs, units]: a column holds the weights into one unit.
  await model.setWeights([
    { data: [0.15, 0.25, 0.2, 0.3] },
    { data: [0.35, 0.35] },
    { data: [0.4, 0.5, 0.45, 0.55] },
    { data: [0.6, 0.6] },
  ]);
  const x = [[0.05, 0.1]];
  const outputs = await model.predict(x);
  [0.75136507, 0.772928465].forEach((value, i) => {
    expect(outputs[i]).toBeCloseTo(value, 6);
  });

  const { loss } = await model.trainOnBatch(x, [[0.01, 0.99]]);
  expect(loss).toBeCloseTo(0.298371109, 6);
  const [hidden, , output] = await model.getWeights();
  const expected = [
    [0.149780716, 0.24975114, 0.19956143, 0.29950229],
    [0.35891648, 0.51130127, 0.408666186, 0.561370121],
  ];
  [hidden, output].forEach(({ data }, layer) => {
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[layer][i], 6);
    });
  });
  runtime.dispose();
});
