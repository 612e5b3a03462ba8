/** This library, on each of its backends. */
import type { Optimizer, RuntimeOptions, Sequential } from '../../../src/index.ts';
import { deviceName } from '../../../src/plan/executor.ts';
import { adamConstants, type Network, type Workload } from '../workload.ts';
import type { Contender, Fit, FitTask } from './contender.ts';

type Library = typeof import('../../../src/index.ts');

/** @param backend as `createRuntime` takes it, which refuses what it has not */
export function shaderprop(backend: string): Contender {
  return {
    prepare: (workload) => prepare(backend, workload),
    fitFresh: (workload, task) => fitFresh(backend, workload, task),
  };
}

async function open(backend: string, workload: Workload) {
  // Kept whole, so that a built page loads what `npm run build` writes as the library.
  const library: Library = await import('../../../src/index.ts');
  const runtime = await library.createRuntime({ backend } as RuntimeOptions);
  const model = buildModel(library, workload);
  model.compile({ optimizer: buildOptimizer(library, workload), loss: workload.loss, runtime });
  await model.setWeights(workload.weights.map((data) => ({ data })));
  return { runtime, model };
}

async function prepare(backend: string, workload: Workload) {
  const { runtime, model } = await open(backend, workload);
  const trainer = await model.trainer(workload.x, workload.y, { batchSize: workload.batch, shuffle: false });
  const { backend: trainsOn, info } = runtime;
  return {
    chosen: runtime.choice?.backend,
    device:
      trainsOn === 'webgpu' ? { name: deviceName(info), isSoftware: info.isFallbackAdapter } : undefined,
    run: async (steps: number) => (await trainer.run(steps)).loss,
    predict: (x: Float32Array) => model.predict(x),
    fit: (task: FitTask) => fit(model, workload, task),
  };
}

async function fitFresh(backend: string, workload: Workload, task: FitTask): Promise<Fit> {
  const { model } = await open(backend, workload);
  return fit(model, workload, task);
}

async function fit(
  model: Sequential,
  workload: Workload,
  { steps, stepsPerEpoch, how }: FitTask,
): Promise<Fit> {
  const { batch, rows, x, y } = workload;
  const epochRows = stepsPerEpoch * batch;
  const [trainX, trainY] = [repeat(x, rows, epochRows), repeat(y, rows, epochRows)];
  const validationRows = Math.ceil(epochRows / 10);
  const validationData = [repeat(x, rows, validationRows), repeat(y, rows, validationRows)] as const;
  const options = { batchSize: batch, shuffle: false };
  const started = performance.now();
  if (how === 'steps') {
    const trainer = await model.trainer(trainX, trainY, options);
    await trainer.run(steps);
    trainer.dispose();
    return { milliseconds: performance.now() - started };
  }
  const validated = how === 'validated' ? { validationData } : {};
  const epochs = Math.ceil(steps / stepsPerEpoch);
  const { choice } = await model.fit(trainX, trainY, { ...options, ...validated, epochs });
  const milliseconds = performance.now() - started;
  return { milliseconds, chosen: choice?.backend, reason: choice?.reason };
}

/** As many rows as wanted, from the first again after the last. */
function repeat(values: Float32Array, rows: number, wanted: number): Float32Array {
  const width = values.length / rows;
  const result = new Float32Array(wanted * width);
  for (let at = 0; at < result.length; at += values.length) {
    result.set(values.subarray(0, result.length - at), at);
  }
  return result;
}

function buildModel({ sequential, dense }: Library, { layers }: Network): Sequential {
  return sequential({
    layers: layers.map(({ inputs, units, activation }) => dense({ units, activation, inputShape: [inputs] })),
  });
}

function buildOptimizer(library: Library, { optimizer: { name, learningRate } }: Network): Optimizer {
  return name === 'sgd' ? library.sgd({ learningRate }) : library.adam({ learningRate, ...adamConstants });
}
