/** Tuning under way: what is found out, kept, and without effect on results. */
import { beforeEach, expect, test, vi } from 'vitest';
import { createRuntime, dense, type Runtime, sequential, sgd } from '../../src/index.ts';

beforeEach(
  () =>
    new Promise<void>((resolve) => {
      const request = indexedDB.deleteDatabase('keyval-store');
      request.onsuccess = request.onerror = request.onblocked = () => resolve();
    }),
);

const rows = 128;
const x = Float32Array.from({ length: rows * 300 }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: rows * 70 }, (_, i) => Math.cos(i));

/** Trains until the runtime has nothing more to find out, and some steps more. */
async function train(runtime: Runtime, isTuned: () => boolean): Promise<Float32Array> {
  const model = sequential({ seed: 3, layers: [dense({ units: 70, inputShape: [300] })] });
  model.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'meanSquaredError', runtime });
  const trainer = await model.trainer(x, y, { batchSize: 32 });
  await trainer.run(8);
  await vi.waitFor(() => expect(isTuned()).toBe(true), { timeout: 20_000, interval: 50 });
  await trainer.run(8);
  const [{ data }] = await model.getWeights();
  trainer.dispose();
  model.dispose();
  return data;
}

const sourcesOf = (runtime: Runtime) => runtime.tuning().shapes.map(({ source }) => source);

test('measures each shape once, keeps what it found, and changes no bit', async () => {
  const tuned = await createRuntime({ backend: 'webgpu' });
  const isTuned = () => sourcesOf(tuned).every((source) => source === 'measured');
  const weights = await train(tuned, isTuned);
  const { shapes } = tuned.tuning();
  expect(shapes.map(({ kernel, shape }) => [kernel, shape])).toEqual([
    ['dense_forward', '32 × 300 × 70'],
    ['gradient_update', '32 × 300 × 70'],
  ]);
  for (const { chosen, microseconds } of shapes) {
    expect(Object.keys(microseconds)).toContain(chosen);
    expect(Object.keys(microseconds).length).toBeGreaterThan(1);
    for (const time of Object.values(microseconds)) expect(time).toBeGreaterThan(0);
    expect(String(tuned.tuning())).toContain(chosen);
  }
  const buffers = tuned.memory().buffers;
  expect(buffers).toBe(0);
  tuned.dispose();

  const later = await createRuntime({ backend: 'webgpu' });
  const isKnown = () => sourcesOf(later).every((source) => source === 'stored');
  expect(await train(later, isKnown)).toEqual(weights);
  expect(later.tuning().shapes.map(({ chosen }) => chosen)).toEqual(shapes.map(({ chosen }) => chosen));
  later.dispose();

  const plain = await createRuntime({ backend: 'webgpu', tune: false });
  expect(await train(plain, () => true)).toEqual(weights);
  expect(sourcesOf(plain)).toEqual(['expected', 'expected']);
  plain.dispose();
});

test('refuses what it cannot do', async () => {
  await expect(createRuntime({ tune: { budget: -1 } })).rejects.toThrow(/tune\.budget.*-1/);
  await expect(createRuntime({ tune: 'fast' as unknown as boolean })).rejects.toThrow(/tune.*fast/);
  const reference = await createRuntime({ backend: 'reference' });
  expect(() => reference.tuning()).toThrow('the backend is reference');
  reference.dispose();
});
