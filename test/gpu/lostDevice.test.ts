/** A device that is lost is called by its name, wherever that shows. */
import { expect, test } from 'vitest';
import { createRuntime, dense, sequential, sgd } from '../../src/index.ts';
import { requestOwnDevice } from '../support/device.ts';

const x = Float32Array.from({ length: 400 * 50 }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: 400 }, (_, i) => Math.cos(i));

async function openModel() {
  const device = await requestOwnDevice();
  const runtime = await createRuntime({ device });
  const model = sequential({ layers: [dense({ units: 64, inputShape: [50] }), dense({ units: 1 })] });
  model.compile({ optimizer: sgd(), loss: 'meanSquaredError', runtime });
  return { device, model };
}

test('while training', async () => {
  const { device, model } = await openModel();
  const trainer = await model.trainer(x, y);
  const run = trainer.run(100_000);
  setTimeout(() => device.destroy(), 100);
  await expect(run).rejects.toThrow(/device was lost/);
  await expect(trainer.run(1)).rejects.toThrow(/device was lost/);
});

test('while weights are read', async () => {
  const { device, model } = await openModel();
  await model.predict(x);
  const weights = model.getWeights();
  device.destroy();
  await expect(weights).rejects.toThrow(/device was lost/);
  await expect(model.predict(x)).rejects.toThrow(/device was lost/);
});
