/** TensorFlow.js, trained by `optimizer.minimize` on tensors: faster than its layers, which wait after every step. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { adamConstants, type BenchLayer, type Workload } from '../workload.ts';
import type { Contender, Prepared } from './contender.ts';

export type TensorFlowBackend = 'webgpu' | 'webgl' | 'wasm';

const loadBackend = {
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  wasm: loadWasm,
};

async function loadWasm() {
  const [{ setWasmPaths }, plain, simd] = await Promise.all([
    import('@tensorflow/tfjs-backend-wasm'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
  ]);
  // Its threads run a copy of its source text, which no bundler leaves as it was; yet it wants that path as well.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain.default,
    'tfjs-backend-wasm-simd.wasm': simd.default,
    'tfjs-backend-wasm-threaded-simd.wasm': simd.default,
  });
}

export function tensorflow(backend: TensorFlowBackend): Contender {
  return {
    async prepare(workload) {
      await loadBackend[backend]();
      if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} here`);
      await tf.ready();
      return prepare(workload);
    },
  };
}

function prepare({ layers, loss, batch, optimizer, x, y, rows, weights }: Workload): Prepared {
  const [{ inputs }, { units: outputs }] = [layers[0], layers[layers.length - 1]];
  const xs = tf.split(tf.tensor2d(x, [rows, inputs]), rows / batch);
  const ys = tf.split(tf.tensor2d(y, [rows, outputs]), rows / batch);
  const parameters = layers.map(({ inputs, units }, l) => ({
    kernel: tf.variable(tf.tensor2d(weights[2 * l], [inputs, units])),
    bias: tf.variable(tf.tensor1d(weights[2 * l + 1])),
  }));
  const { beta1, beta2, epsilon } = adamConstants;
  const { name, learningRate } = optimizer;
  const update =
    name === 'sgd' ? tf.train.sgd(learningRate) : tf.train.adam(learningRate, beta1, beta2, epsilon);

  /** The last layer's sum, before its activation. */
  const logits = (rows: tf.Tensor) =>
    parameters.reduce((a, { kernel, bias }, l) => {
      const activation = l === layers.length - 1 ? 'linear' : layers[l].activation;
      return tf.fused.matMul({ a, b: kernel, bias, activation: activation as 'linear' });
    }, rows);
  const objective = (at: number) => {
    const z = logits(xs[at]);
    if (loss === 'categoricalCrossentropy') return tf.losses.softmaxCrossEntropy(ys[at], z) as tf.Scalar;
    return tf.losses.meanSquaredError(ys[at], activate(z, layers[layers.length - 1])) as tf.Scalar;
  };

  let step = 0;
  return {
    async run(steps) {
      let cost: tf.Scalar | null = null;
      for (let i = 0; i < steps; i++) {
        cost?.dispose();
        const at = step++ % xs.length;
        cost = update.minimize(() => objective(at), true);
      }
      const [value] = (await cost?.data()) ?? [Number.NaN];
      cost?.dispose();
      return value;
    },
    async predict(x) {
      const output = tf.tidy(() =>
        activate(logits(tf.tensor2d(x, [x.length / inputs, inputs])), layers[layers.length - 1]),
      );
      const values = await output.data();
      output.dispose();
      return values as Float32Array;
    },
  };
}

function activate(z: tf.Tensor, { activation }: BenchLayer): tf.Tensor {
  return activation === 'softmax' ? tf.softmax(z) : activation === 'sigmoid' ? tf.sigmoid(z) : tf.relu(z);
}
