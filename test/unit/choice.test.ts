/** `backend: 'auto'`: the faster executor trains, and finding out which costs little. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { adam, createRuntime, dense, dropout, type Sequential, sequential } from '../../src/index.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { Clock, type Pace, PacedExecutor } from '../support/pacedExecutor.ts';

/** What a browser keeps from one visit to the next. */
const storage = vi.hoisted(() => ({
  kept: new Map<string, unknown>(),
  get: async (key: string) => storage.kept.get(key),
  set: async (key: string, value: unknown) => void storage.kept.set(key, value),
}));
vi.mock('idb-keyval', () => ({
  get: (key: string) => storage.get(key),
  set: (key: string, value: unknown) => storage.set(key, value),
}));
beforeEach(() => storage.kept.clear());

const rows = 64;
const x = Float32Array.from({ length: 3 * rows }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: rows }, (_, i) => Math.cos(i));
/** Four steps. */
const epoch = { batchSize: 16 };
/** Two seconds of a CPU that takes 5 ms a step. */
const long = { ...epoch, epochs: 100 };
const cpuPace: Pace = { step: 5, run: 0.1 };
const gpuPace: Pace = { step: 0.5, run: 1, prepare: 20 };

function openAuto({ cpu = {}, gpu = {} }: { cpu?: Partial<Pace>; gpu?: Partial<Pace> } = {}) {
  const clock = new Clock();
  const slow = new PacedExecutor(clock, { ...cpuPace, ...cpu });
  const fast = new PacedExecutor(clock, { ...gpuPace, backend: 'webgpu', ...gpu });
  return { clock, cpu: slow, gpu: fast, runtime: openRuntime(slow, Promise.resolve(fast)) };
}

const openRuntime = (cpu: PacedExecutor, gpu: Promise<PacedExecutor | null>) =>
  new Runtime(cpu, undefined, { cpu, gpu, findings: new Map() });

/** The same every time. */
function build(runtime: Runtime, seed = 1): Sequential {
  const model = sequential({
    seed,
    layers: [
      dense({ units: 2, activation: 'tanh', inputShape: [3] }),
      dropout({ rate: 0.2 }),
      dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer: adam(), loss: 'meanSquaredError', runtime });
  return model;
}

const weightsOf = async (model: Sequential) =>
  (await model.getWeights()).flatMap(({ data }) => Array.from(data));

/** What a training alone on the reference comes to: a trial that leaves a trace comes to something else. */
async function weightsAlone(...fits: (typeof long)[]): Promise<number[]> {
  const model = build(await createRuntime({ backend: 'reference' }));
  for (const options of fits) await model.fit(x, y, options);
  return weightsOf(model);
}

describe('a training', () => {
  test('goes to the GPU where that is faster, and says so', async () => {
    const { cpu, gpu, runtime } = openAuto();
    const model = build(runtime);
    expect(runtime.backend).toBe('reference');
    const { backend, choice } = await model.fit(x, y, long);
    expect(backend).toBe('webgpu');
    expect(choice).toEqual({
      backend: 'webgpu',
      reason: 'a step takes 5 ms on reference, 500 µs on webgpu (paced)',
      milliseconds: { reference: expect.closeTo(5), webgpu: expect.closeTo(0.5) },
      source: 'measured',
    });
    expect(model.summary()).toMatch(
      /\nruns on webgpu: a step takes 5 ms on reference, 500 µs on webgpu \(paced\)$/,
    );
    expect(runtime).toMatchObject({ backend: 'webgpu', info: { vendor: 'paced' }, choice });
    expect(gpu.steps).toBeGreaterThan(400);
    expect(cpu.steps).toBeLessThan(20);
    expect(cpu.memory()).toEqual({ buffers: 0, bytes: 0 });
    expect(await weightsOf(model)).toEqual(await weightsAlone(long));
  });

  test.each([5.5, 4.9, 20])('stays on the CPU where the GPU takes %d ms a step', async (step) => {
    const { cpu, gpu, runtime } = openAuto({ gpu: { step } });
    const model = build(runtime);
    const { backend, choice } = await model.fit(x, y, long);
    expect(backend).toBe('reference');
    expect(choice?.milliseconds.webgpu).toBeCloseTo(step, 0);
    expect(choice?.reason).toMatch(/^a step takes 5 ms on reference, [\d.]+ ms on webgpu \(paced\)$/);
    expect(gpu.memory()).toEqual({ buffers: 0, bytes: 0 });
    expect(cpu.steps).toBeGreaterThan(400);
    expect(await weightsOf(model)).toEqual(await weightsAlone(long));
  });

  test.each([5, 20, 30])('of %d ms a step on the CPU is not taken in by a slow first run', async (step) => {
    const [cpu, gpu] = [step, 1.5 * step].map((step, i) => ({ step, first: [20, 70][i] }));
    const { runtime } = openAuto({ cpu, gpu });
    const { backend, choice } = await build(runtime).fit(x, y, { ...epoch, epochs: 6000 / step / 4 });
    expect(backend).toBe('reference');
    expect(choice?.milliseconds.webgpu).toBeGreaterThan(1.4 * step);
  });

  test('of a kind that is known is not measured again', async () => {
    const { cpu, gpu, runtime } = openAuto();
    const model = build(runtime);
    const first = await model.fit(x, y, long);
    const before = { steps: gpu.steps, plans: gpu.plans, cpu: cpu.steps };
    const other = build(runtime);
    for (const again of [model, other]) {
      expect((await again.fit(x, y, { ...epoch, epochs: 3 })).choice).toEqual(first.choice);
    }
    expect({ steps: gpu.steps, plans: gpu.plans, cpu: cpu.steps }).toEqual({
      ...before,
      steps: before.steps + 24,
      plans: before.plans + 2,
    });
    expect((await model.fit(x, y, { ...long, batchSize: 8 })).backend).toBe('webgpu');
    expect(cpu.steps).toBeGreaterThan(before.cpu);
  });

  test('that is short stays on the CPU, until there have been many', async () => {
    const { gpu, runtime } = openAuto();
    const model = build(runtime);
    const fits = [];
    for (let i = 0; i < 51; i++) fits.push((await model.fit(x, y, epoch)).choice);
    expect(fits[0]).toEqual({
      backend: 'reference',
      reason: 'a step takes 5 ms on reference; all steps so far take 20 ms',
      milliseconds: { reference: expect.closeTo(5) },
      source: 'measured',
    });
    expect(fits.slice(0, 49).every((choice) => choice?.backend === 'reference')).toBe(true);
    expect(fits[50]?.backend).toBe('webgpu');
    expect(gpu.steps).toBeGreaterThan(0);
    const once = Array.from({ length: 51 }, () => ({ ...epoch, epochs: 1 }));
    expect(await weightsOf(model)).toEqual(await weightsAlone(...once));
  });

  test('by hand, or of single batches, is one too', async () => {
    const { gpu, runtime } = openAuto();
    const model = build(runtime);
    const trainer = await model.trainer(x, y, epoch);
    expect(runtime.backend).toBe('webgpu');
    const before = gpu.steps;
    await trainer.run(10);
    expect(gpu.steps).toBe(before + 10);
    trainer.dispose();
    await model.trainOnBatch(x, y);
    const batches = gpu.steps;
    for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
    expect(gpu.steps).toBe(batches + 3);
  });

  test('names a software adapter, which it asks only where the training is long', async () => {
    const { gpu, runtime } = openAuto({ gpu: { software: true, step: 20 } });
    const model = build(runtime);
    const { choice } = await model.fit(x, y, long);
    expect(choice?.reason).toBe(
      'a step takes 5 ms on reference; webgpu (paced, a software adapter) would have the CPU do the work',
    );
    expect(gpu.plans).toBe(0);
    const longer = await model.fit(x, y, { ...epoch, epochs: 800 });
    expect(longer.choice?.reason).toMatch(/20 ms on webgpu \(paced, a software adapter\)$/);
  });
});

describe('on a later visit, a training', () => {
  test('of a kind that is known is not tried again, and says so', async () => {
    await build(openAuto().runtime).fit(x, y, long);
    const { cpu, gpu, runtime } = openAuto();
    const model = build(runtime);
    const { choice } = await model.fit(x, y, long);
    expect(choice).toEqual({
      backend: 'webgpu',
      reason: 'a step takes 5 ms on reference, 500 µs on webgpu (paced) (measured on an earlier visit)',
      milliseconds: { reference: expect.closeTo(5), webgpu: expect.closeTo(0.5) },
      source: 'stored',
    });
    expect(model.summary()).toContain(`runs on webgpu: ${choice?.reason}`);
    expect([cpu.steps, gpu.steps, gpu.plans]).toEqual([0, 400, 1]);
    expect(await weightsOf(model)).toEqual(await weightsAlone(long));
    const other = await build(openAuto().runtime, 2).fit(x, y, long);
    expect(other.choice).toEqual(choice);
  });

  test("of which the CPU's time is known tries the GPU, once it is long enough", async () => {
    await build(openAuto().runtime).fit(x, y, epoch);
    const { cpu, runtime } = openAuto();
    const short = await build(runtime).fit(x, y, epoch);
    expect([short.choice?.source, cpu.steps]).toEqual(['stored', 4]);
    const { choice } = await build(runtime).fit(x, y, long);
    expect([choice?.backend, choice?.source]).toEqual(['webgpu', 'measured']);
    const later = await build(openAuto().runtime).fit(x, y, long);
    expect(later.choice).toMatchObject({ source: 'stored', milliseconds: choice?.milliseconds });
  });

  test.each(['cpu', 'gpu'] as const)('on another %s is measured anew', async (side) => {
    await build(openAuto().runtime).fit(x, y, long);
    const auto = openAuto();
    Object.assign(auto[side].info, { vendor: 'other' });
    const { choice } = await build(auto.runtime).fit(x, y, long);
    expect([choice?.backend, choice?.source]).toEqual(['webgpu', 'measured']);
    expect(auto.gpu.plans).toBe(2);
  });

  test.each([
    ['has lost it', undefined],
    ['kept something else', { cpu: 'fast' }],
    ['kept half of it', { cpu: 5 }],
  ])('in a browser that %s is measured anew', async (_what, found) => {
    await build(openAuto().runtime).fit(x, y, long);
    for (const key of storage.kept.keys()) storage.kept.set(key, found);
    const { choice } = await build(openAuto().runtime).fit(x, y, long);
    expect([choice?.backend, choice?.source]).toEqual(['webgpu', 'measured']);
  });

  test.each([
    ['refuses', () => Promise.reject(new Error('not allowed'))],
    ['never answers', () => new Promise<undefined>(() => {})],
  ])('in a browser whose storage %s is measured anew', async (_what, answer) => {
    const spies = [vi.spyOn(storage, 'get'), vi.spyOn(storage, 'set')];
    for (const spy of spies) spy.mockImplementation(answer as () => Promise<undefined>);
    for (let visit = 0; visit < 2; visit++) {
      const { choice } = await build(openAuto().runtime).fit(x, y, long);
      expect([choice?.backend, choice?.source]).toEqual(['webgpu', 'measured']);
    }
    for (const spy of spies) spy.mockRestore();
  });
});

describe('where there is no GPU', () => {
  test('at all, the CPU trains', async () => {
    const clock = new Clock();
    const runtime = openRuntime(new PacedExecutor(clock, cpuPace), Promise.resolve(null));
    const { choice } = await build(runtime).fit(x, y, long);
    expect(choice?.reason).toBe('a step takes 5 ms on reference; there is no WebGPU here');
  });

  test('yet, the CPU trains without it, and the next training finds it', async () => {
    const clock = new Clock();
    let open: (gpu: PacedExecutor) => void = () => {};
    const opening = new Promise<PacedExecutor>((resolve) => {
      open = resolve;
    });
    const runtime = openRuntime(new PacedExecutor(clock, cpuPace), opening);
    const model = build(runtime);
    const { choice } = await model.fit(x, y, long);
    expect(choice?.reason).toBe('a step takes 5 ms on reference; WebGPU was not ready in time');
    open(new PacedExecutor(clock, { ...gpuPace, backend: 'webgpu' }));
    expect((await model.fit(x, y, long)).backend).toBe('webgpu');
    expect(await weightsOf(model)).toEqual(await weightsAlone(long, long));
  });

  // The runs of the GPU's trial: the first step, another one, and the turns.
  test.each([0, 1, 2, 3])(
    'any more after %d runs, the CPU trains on, and asks it no more',
    async (failsAfter) => {
      const { gpu, runtime } = openAuto({ gpu: { failsAfter } });
      const model = build(runtime);
      const { backend, choice } = await model.fit(x, y, long);
      expect(backend).toBe('reference');
      expect(choice?.reason).toBe(
        'a step takes 5 ms on reference; WebGPU failed: the GPU device was lost (unknown): oh',
      );
      const { plans } = gpu;
      expect((await model.fit(x, y, long)).backend).toBe('reference');
      expect(gpu.plans).toBe(plans);
      expect(gpu.memory()).toEqual({ buffers: 0, bytes: 0 });
      expect(await weightsOf(model)).toEqual(await weightsAlone(long, long));
    },
  );

  test('to move to, the model stays', async () => {
    const { gpu, runtime } = openAuto();
    await build(runtime).fit(x, y, long);
    gpu.allocate = () => {
      throw new Error('the GPU device was lost (unknown): oh');
    };
    const model = build(runtime);
    const { backend, choice } = await model.fit(x, y, long);
    expect([backend, runtime.backend]).toEqual(['reference', 'reference']);
    expect(choice).toMatchObject({ backend, reason: 'webgpu failed: the GPU device was lost (unknown): oh' });
    expect(await weightsOf(model)).toEqual(await weightsAlone(long));
  });

  test('with room for the data, the CPU trains', async () => {
    const { gpu, runtime } = openAuto({ gpu: { room: 3 * rows - 1 } });
    const { choice } = await build(runtime).fit(x, y, long);
    expect(choice?.reason).toBe('a step takes 5 ms on reference; the data do not fit on webgpu (paced)');
    expect(gpu.plans).toBe(0);
  });

  test('that answers soon enough, the CPU trains', async () => {
    const { runtime } = openAuto({ gpu: { run: 100 } });
    const { choice } = await build(runtime).fit(x, y, long);
    expect(choice?.reason).toBe('a step takes 5 ms on reference; webgpu (paced) takes 100 ms to answer');
    const longer = await build(runtime).fit(x, y, { ...epoch, epochs: 300 });
    expect(longer.choice?.milliseconds.webgpu).toBeCloseTo(0.5);
  });
});

/** Whatever the two take: by the clock that only their work moves. */
describe.each([0.1, 1, 5])('finding out, where hearing from the GPU takes %d ms', (run) => {
  test.each([
    [0.1, 0.01],
    [0.1, 2],
    [0.5, 0.05],
    [0.5, 0.6],
    [0.5, 20],
    [5, 0.5],
    [5, 5],
    [30, 3],
    [30, 29],
    [30, 100],
  ])('between %d and %d ms a step costs less than a tenth of two seconds', async (step, other) => {
    const { clock, cpu, gpu, runtime } = openAuto({ cpu: { step }, gpu: { step: other, run } });
    const model = build(runtime);
    const controller = new AbortController();
    const best = Math.min(step, other);
    const fit = model.fit(x, y, {
      ...epoch,
      epochs: Math.ceil(2000 / best / 4),
      signal: controller.signal,
      callbacks: { onTrainBegin: () => controller.abort(new Error('chosen')) },
    });
    await expect(fit).rejects.toThrow('chosen');
    const { backend } = runtime;
    const chosen = backend === 'webgpu' ? other : step;
    expect(clock.now + 2000 * (chosen / best)).toBeLessThan(2200 + gpuPace.prepare!);
    expect(cpu.steps * step + gpu.steps * other).toBeLessThan(200);
  });
});
