/** `backend: 'auto'` with the real executors: what is measured depends on the machine, what comes of it does not. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { adam, createRuntime, dense, type Sequential, sequential } from '../../src/index.ts';
import type { Findings } from '../../src/runtime/rivals.ts';
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

  afterEach(() => runtime.dispose());

  /** Of every training this much is known beforehand: with much work, the GPU is worth a wait. */
  async function openRivals(known: Partial<Findings>): Promise<GPUDevice> {
    const device = await requestOwnDevice();
    const { executor: gpu } = await createRuntime({ device });
    const { executor: cpu } = await createRuntime({ backend: 'cpu' });
    const findings = new Map<string, Findings>();
    findings.get = () => ({ cpu: 1, work: 1e6, spent: 0, ...known });
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
