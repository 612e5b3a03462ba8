import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRuntime, type Runtime } from '../../src/index.ts';
import { requestOwnDevice } from '../support/device.ts';
import { smallModel, x, y } from '../support/smallModel.ts';

const STEPS = 100;

let runtime: Runtime;
beforeEach(async () => {
  runtime = await createRuntime({ backend: 'webgpu', profile: true });
});
afterEach(() => runtime.dispose());

test('times every kernel of every step, and trains the same', async () => {
  const model = smallModel(runtime);
  const history = await model.fit(x, y, { epochs: STEPS, recordSteps: true, shuffle: false });
  const profile = runtime.profile();

  expect(profile.steps).toBe(STEPS);
  const kernels = profile.kernels.map(({ kernel }) => kernel);
  expect(kernels).toEqual(['dense_forward', 'train_head', 'gradient_update']);
  expect(profile.kernels.every(({ calls }) => calls === STEPS)).toBe(true);
  expect(profile.kernelMilliseconds).toBeGreaterThan(0);
  expect(profile.kernelMilliseconds).toBeCloseTo(
    profile.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    6,
  );
  expect(profile.kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  expect(profile.overhead).toBeGreaterThanOrEqual(0);
  expect(profile.overhead).toBeLessThanOrEqual(1);

  const plain = await createRuntime({ backend: 'webgpu' });
  const same = await smallModel(plain).fit(x, y, { epochs: STEPS, recordSteps: true, shuffle: false });
  // A profile is of the plan's kernels, training may be by one: llvmpipe's compiler rounds differently in the two.
  if (plain.info.architecture === 'swiftshader') expect(history.steps).toEqual(same.steps);
  for (const [i, loss] of history.steps!.entries()) expect(same.steps![i]).toBeCloseTo(loss, 6);
  plain.dispose();
});

test('prints a table and a trace in the order of the steps', async () => {
  const model = smallModel(runtime);
  await model.fit(x, y, { epochs: 3 });
  const profile = runtime.profile();
  const lines = String(profile).split('\n');
  expect(lines[0]).toMatch(/plan +kernel +output +calls +ms +share/);
  expect(lines).toHaveLength(profile.kernels.length + 3);
  expect(lines.at(-1)).toMatch(/^3 steps, [\d.]+ µs each, of which [\d.]+ % overhead$/);

  const { traceEvents } = JSON.parse(profile.toChromeTrace());
  expect(traceEvents).toHaveLength(3 * profile.kernels.length);
  expect(traceEvents.slice(0, profile.kernels.length).map((event: { name: string }) => event.name)).toEqual(
    profile.kernels.map(({ kernel }) => kernel),
  );
  for (const [i, event] of traceEvents.entries()) {
    expect(event.dur).toBeGreaterThanOrEqual(0);
    if (i > 0) expect(event.ts).toBeGreaterThanOrEqual(traceEvents[i - 1].ts);
  }
});

test('counts the work of matrix products', async () => {
  await smallModel(runtime).predict(x);
  const [first] = runtime.profile().kernels.filter(({ kernel }) => kernel === 'dense_forward');
  // 4 rows, 2 inputs, 4 units: 64 operations, and 4·2 + 3·4 + 4·4 numbers and as many row numbers as rows.
  const flops = first.gigaflopsPerSecond * first.milliseconds * 1e6;
  const bytes = first.gigabytesPerSecond * first.milliseconds * 1e6;
  expect(flops).toBeCloseTo(64, 6);
  expect(bytes).toBeCloseTo(4 * (8 + 4 + 12 + 2 * 16), 6);
});

test('is refused where there is nothing to measure with', async () => {
  await expect(createRuntime({ backend: 'reference', profile: true })).rejects.toThrow(
    'profile: got true, expected false: it needs the feature timestamp-query, which only a WebGPU device has',
  );
  const device = await requestOwnDevice();
  await expect(createRuntime({ device, profile: true })).rejects.toThrow('which this device lacks');
  device.destroy();
  const plain = await createRuntime({ backend: 'webgpu' });
  expect(() => plain.profile()).toThrow('profile: create the runtime with profile: true');
  plain.dispose();
});
