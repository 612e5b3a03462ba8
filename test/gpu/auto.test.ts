/** `backend: 'auto'` with the real executors: what is measured depends on the machine, what comes of it does not. */
import { clear } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { adam, createRuntime, dense, type Sequential, sequential } from '../../src/index.ts';
import type { Choice, Findings } from '../../src/runtime/rivals.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { requestOwnDevice } from '../support/device.ts';

const x = Float32Array.from({ length: 60 * 4 }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: 60 }, (_, i) => Math.cos(i));
const options = { epochs: 3, batchSize: 16 };

function build(runtime: Runtime): Sequential {
  const model = sequential({
    layers: [dense({ units: 6, activation: 'tanh', inputShape: [4] }), dense({ units: 1 })],
  });
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'meanSquaredError', runtime });
  return model;
}

const weightsOf = async (model: Sequential) =>
  (await model.getWeights()).flatMap(({ data }) => Array.from(data));

async function weightsOn(backend: 'cpu' | 'webgpu'): Promise<number[]> {
  const runtime = await createRuntime({ backend });
  const model = build(runtime);
  await model.fit(x, y, options);
  const weights = await weightsOf(model);
  runtime.dispose();
  return weights;
}

describe('auto', () => {
  let runtime: Runtime;

  beforeEach(() => clear());

  afterEach(() => runtime.dispose());

  /** Of every training this much is known beforehand, if any: with much work, the GPU is worth a wait. */
  async function openRivals(known?: Partial<Findings>): Promise<GPUDevice> {
    const device = await requestOwnDevice();
    const { executor: gpu } = await createRuntime({ device });
    const { executor: cpu } = await createRuntime({ backend: 'cpu' });
    const findings = new Map<string, Findings>();
    if (known) findings.get = () => ({ cpu: 1, work: 1e6, spent: 0, ...known });
    runtime = new Runtime(cpu, undefined, { cpu, gpu: Promise.resolve(gpu), findings });
    return device;
  }

  test('is the default, and keeps a short training on the CPU', async () => {
    runtime = await createRuntime();
    const model = build(runtime);
    const { backend, choice } = await model.fit(x, y, options);
    expect([backend, runtime.backend]).toEqual(['cpu', 'cpu']);
    expect(choice?.reason).toMatch(/^a step takes [\d.]+ [mµ]s on cpu; all steps so far take /);
    expect(model.summary()).toContain(`\nruns on cpu: ${choice?.reason}`);
    expect(await weightsOf(model)).toEqual(await weightsOn('cpu'));
  });

  test('is WebGPU where WebAssembly is forbidden', async () => {
    const forbidden = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new Error('forbidden'));
    runtime = await createRuntime();
    forbidden.mockRestore();
    const { backend, choice } = await build(runtime).fit(x, y, options);
    expect([backend, choice]).toEqual(['webgpu', undefined]);
  });

  test('measures both, and what it keeps is of one alone', async () => {
    await openRivals({});
    const model = build(runtime);
    const { backend, choice } = await model.fit(x, y, options);
    expect(choice?.milliseconds).toEqual({ cpu: expect.any(Number), webgpu: expect.any(Number) });
    expect(choice?.reason).toMatch(/^a step takes .* on cpu, .* on webgpu \(.+\)$/);
    expect(await weightsOf(model)).toEqual(await weightsOn(backend as 'cpu'));
  });

  /** What is chosen for a training of hours, which then does not begin. */
  async function chooseForLong(): Promise<Choice> {
    await openRivals();
    const controller = new AbortController();
    const callbacks = { onTrainBegin: () => controller.abort(new Error('chosen')) };
    const { signal } = controller;
    const fit = build(runtime).fit(x, y, { ...options, epochs: 1e9, callbacks, signal });
    await expect(fit).rejects.toThrow('chosen');
    return runtime.choice!;
  }

  test('remembers on a later visit what it has measured, where the browser keeps it', async () => {
    const first = await chooseForLong();
    expect(first).toMatchObject({ source: 'measured', milliseconds: { webgpu: expect.any(Number) } });
    runtime.dispose();
    const second = await chooseForLong();
    const { backend, milliseconds } = first;
    expect(second).toMatchObject({ backend, milliseconds, source: 'stored' });
    expect(second.reason).toContain('on an earlier visit');
    runtime.dispose();
    const broken = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
      throw new Error('broken');
    });
    const third = await chooseForLong();
    broken.mockRestore();
    expect(third.source).toBe('measured');
    expect(third.milliseconds).not.toEqual(milliseconds);
  });

  test('moves a model to the GPU that is known to be faster', async () => {
    await openRivals({ gpu: 0.1 });
    const model = build(runtime);
    const { backend } = await model.fit(x, y, options);
    expect([backend, runtime.backend]).toEqual(['webgpu', 'webgpu']);
    expect(await weightsOf(model)).toEqual(await weightsOn('webgpu'));
  });

  test.each([{}, { gpu: 0.1 }])('trains on the CPU when the device is lost, with %j known', async (known) => {
    const device = await openRivals(known);
    device.destroy();
    await device.lost;
    const model = build(runtime);
    const { backend, choice } = await model.fit(x, y, options);
    expect(backend).toBe('cpu');
    expect(choice?.reason).toMatch(/failed: .*the GPU device was lost/i);
    expect(await weightsOf(model)).toEqual(await weightsOn('cpu'));
  });
});
