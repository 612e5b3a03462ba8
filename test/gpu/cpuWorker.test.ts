/** The CPU's fast path in a page: in a worker, which leaves the page alone, or where there can be none without. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRuntime, type Runtime } from '../../src/index.ts';
import { classifier, cpuRuntime, labels, train, x } from '../support/cpuTraining.ts';

let runtime: Runtime;

afterEach(() => {
  runtime?.dispose();
  vi.unstubAllGlobals();
});

test('trains the same bits in a worker as on the calling thread', async () => {
  const here = await train({ workers: false });
  const { history, weights } = await train({});
  expect(history).toEqual(here.history);
  expect(weights).toEqual(here.weights);
});

/** A page may forbid workers at once, or tell later. */
const forbidden = {
  throws: () => {
    throw new DOMException('no workers here', 'SecurityError');
  },
  tells: () => {
    const worker = { onerror: (_: { message: string }) => {}, postMessage() {}, terminate() {} };
    setTimeout(() => worker.onerror({ message: 'no workers here' }));
    return worker;
  },
};

test.each(['throws', 'tells'] as const)('trains in slices where a policy %s of no workers', async (how) => {
  vi.stubGlobal('Worker', function Worker() {
    return forbidden[how]();
  });
  const { info, history } = await train({});
  expect(info.description).toMatch(/1 thread$/);
  expect(history.history.loss.at(-1)).toBeLessThan(history.history.loss[0]);
});

describe('a fit', () => {
  const longTasks = PerformanceObserver.supportedEntryTypes.includes('longtask');

  test.runIf(longTasks)('keeps the page waiting for no more than 50 ms', async () => {
    runtime = await createRuntime({ backend: 'cpu' });
    const model = classifier(runtime);
    await model.fit(x, labels);
    // The browser reports what takes longer; another process may make any task take so long, if not every time.
    await expect
      .poll(
        async () => {
          const tasks: PerformanceEntry[] = [];
          const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
          observer.observe({ type: 'longtask' });
          await model.fit(x, labels, { epochs: 300, batchSize: 64 });
          tasks.push(...observer.takeRecords());
          observer.disconnect();
          return tasks.map(({ duration }) => duration);
        },
        { timeout: 25_000 },
      )
      .toEqual([]);
  });

  test('that is aborted ends soon, and leaves the model at work', async () => {
    runtime = await createRuntime({ backend: 'cpu' });
    const model = classifier(runtime);
    const controller = new AbortController();
    let batches = 0;
    const run = model.fit(x, labels, {
      epochs: 1e6,
      signal: controller.signal,
      callbacks: {
        logsOnly: true,
        onBatchEnd: () => void (++batches === 100 && controller.abort(new Error('enough'))),
      },
    });
    await expect(run).rejects.toThrow('enough');
    const { loss } = await model.evaluate(x, labels);
    const { steps = [] } = await model.fit(x, labels, { batchSize: 200, recordSteps: true });
    expect(steps[0]).toBeCloseTo(loss, 5);
  });

  test.each([true, false])(
    'that finds no memory says so, and leaves the model at work, workers: %s',
    async (workers) => {
      runtime = await cpuRuntime({ workers, threads: 1, mostPages: 64 });
      const model = classifier(runtime);
      const before = await model.getWeights();
      const many = 2 ** 14;
      const rows = new Float32Array(many * 96);
      await expect(model.fit(rows, new Array(many).fill(1))).rejects.toThrow(/^x: there is no memory for/);
      expect(await model.getWeights()).toEqual(before);
      const { history } = await model.fit(x, labels, { epochs: 3 });
      expect(history.loss[2]).toBeLessThan(history.loss[0]);
    },
  );

  test('fails when the runtime is disposed of under it', async () => {
    runtime = await createRuntime({ backend: 'cpu' });
    const run = classifier(runtime).fit(x, labels, { epochs: 1e6 });
    setTimeout(() => runtime.dispose(), 100);
    await expect(run).rejects.toThrow('disposed of');
  });
});

test('memory is what tensors and programs take, and all of it comes back', async () => {
  runtime = await createRuntime({ backend: 'cpu' });
  expect(runtime.memory()).toEqual({ buffers: 0, bytes: 0 });
  const model = classifier(runtime);
  await model.getWeights();
  expect(runtime.memory()).toEqual({ buffers: 2, bytes: 4 * (97 * 131 + 132 * 10) });
  await model.fit(x, labels);
  const trained = runtime.memory();
  await model.fit(x, labels, { validationSplit: 0.1 });
  expect(runtime.memory()).toEqual(trained);
  model.dispose();
  await expect.poll(() => runtime.memory()).toEqual({ buffers: 0, bytes: 0 });
});

test('a prediction leaves what it needed to the next of as many rows, also where two run at once', async () => {
  runtime = await createRuntime({ backend: 'cpu' });
  const model = classifier(runtime);
  const first = await model.predict(x);
  const kept = runtime.memory();
  const allocate = vi.spyOn(runtime.executor, 'allocate');
  expect(await model.predict(x)).toEqual(first);
  expect(allocate).not.toHaveBeenCalled();
  expect(await Promise.all([model.predict(x), model.predict(x)])).toEqual([first, first]);
  expect(allocate).toHaveBeenCalled();
  expect(runtime.memory()).toEqual(kept);
  const last = model.predict(x);
  model.dispose();
  await last.catch(() => {});
  await expect.poll(() => runtime.memory()).toEqual({ buffers: 0, bytes: 0 });
});
