import { WasmExecutor } from '../../src/cpu/wasm/executor.ts';
import type { MachineOptions } from '../../src/cpu/wasm/machine.ts';
import { dense, type Sequential, sequential, sgd } from '../../src/index.ts';
import { Runtime } from '../../src/runtime/runtime.ts';

const ROWS = 200;
const INPUTS = 96;

/** Rows of which a step of 64 is work enough for several threads, and the last one of an epoch is short. */
export const x = Float32Array.from({ length: ROWS * INPUTS }, (_, i) => Math.sin(i * i));
export const labels = Array.from({ length: ROWS }, (_, i) => i % 10);

export function classifier(runtime: Runtime): Sequential {
  const model = sequential({
    layers: [
      dense({ units: 131, activation: 'tanh', inputShape: [INPUTS] }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  });
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], runtime });
  return model;
}

export const cpuRuntime = async (options?: Partial<MachineOptions>) =>
  new Runtime(await WasmExecutor.create(options));

/** Everything that a fit leaves. */
export async function train(options: Partial<MachineOptions>) {
  const runtime = await cpuRuntime(options);
  const model = classifier(runtime);
  const fit = { epochs: 6, batchSize: 64, recordSteps: true, validationSplit: 0.2 };
  const history = await model.fit(x, labels, fit);
  const weights = await model.getWeights();
  model.dispose();
  runtime.dispose();
  return { info: runtime.info, history, weights };
}
