/** This library, on each of its backends. */
import type { Optimizer, RuntimeOptions, Sequential } from '../../../src/index.ts';
import { deviceName } from '../../../src/plan/executor.ts';
import { adamConstants, type Network, type Workload } from '../workload.ts';
import type { Contender } from './contender.ts';

type Library = typeof import('../../../src/index.ts');

/** @param backend as `createRuntime` takes it, which refuses what it has not */
export function shaderprop(backend: string): Contender {
  return { prepare: (workload) => prepare(backend, workload) };
}

async function prepare(backend: string, workload: Workload) {
  // Kept whole, so that a built page loads what `npm run build` writes as the library.
  const library: Library = await import('../../../src/index.ts');
  const runtime = await library.createRuntime({ backend } as RuntimeOptions);
  const model = buildModel(library, workload);
  model.compile({ optimizer: buildOptimizer(library, workload), loss: workload.loss, runtime });
  await model.setWeights(workload.weights.map((data) => ({ data })));
  const trainer = await model.trainer(workload.x, workload.y, { batchSize: workload.batch, shuffle: false });
  const { backend: trainsOn, info } = runtime;
  return {
    chosen: runtime.choice?.backend,
    device:
      trainsOn === 'webgpu' ? { name: deviceName(info), isSoftware: info.isFallbackAdapter } : undefined,
    run: async (steps: number) => (await trainer.run(steps)).loss,
    predict: (x: Float32Array) => model.predict(x),
  };
}

function buildModel({ sequential, dense }: Library, { layers }: Network): Sequential {
  return sequential({
    layers: layers.map(({ inputs, units, activation }) => dense({ units, activation, inputShape: [inputs] })),
  });
}

function buildOptimizer(library: Library, { optimizer: { name, learningRate } }: Network): Optimizer {
  return name === 'sgd' ? library.sgd({ learningRate }) : library.adam({ learningRate, ...adamConstants });
}
