/** jax-js, its whole training step compiled by `jit`. An array that is used again has to be counted by `.ref`. */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { adamConstants, type BenchLayer, type Workload } from '../workload.ts';
import type { Contender, Prepared } from './contender.ts';

type Arrays = np.Array[];
/** Parameters and Adam's moments, each kernel and bias in turn, and the powers of its betas. */
type State = { parameters: Arrays; first: Arrays; second: Arrays; powers: Arrays };

export function jax(device: 'webgpu' | 'wasm'): Contender {
  return {
    async prepare(workload) {
      if (!(await init(device)).includes(device)) throw new Error(`jax-js has no ${device} here`);
      defaultDevice(device);
      return prepare(workload);
    },
  };
}

function prepare(workload: Workload): Prepared {
  const { layers, batch, x, y, rows, weights } = workload;
  const [{ inputs }, { units: outputs }] = [layers[0], layers[layers.length - 1]];
  const slices = (data: Float32Array, width: number) =>
    Array.from({ length: rows / batch }, (_, i) =>
      np.array(data.slice(i * batch * width, (i + 1) * batch * width)).reshape([batch, width]),
    );
  const [xs, ys] = [slices(x, inputs), slices(y, outputs)];
  const step = jit(trainingStep(workload));
  const forward = jit((parameters: Arrays, x: np.Array) =>
    activate(logits(layers, parameters, x), layers[layers.length - 1]),
  );

  let state = initialState(workload);
  let at = 0;
  return {
    async run(steps) {
      let loss: np.Array | undefined;
      for (let i = 0; i < steps; i++) {
        loss?.dispose();
        const b = at++ % xs.length;
        const result = step(state, xs[b].ref, ys[b].ref);
        state = result.state;
        loss = result.loss;
      }
      await blockUntilReady(state);
      const [value] = (await loss?.data()) ?? [Number.NaN];
      return value;
    },
    async predict(x) {
      const rows = np.array(x).reshape([x.length / inputs, inputs]);
      return (await forward(tree.ref(state.parameters), rows).data()) as Float32Array;
    },
  };

  function initialState({ optimizer }: Workload): State {
    const parameters = weights.map((data, i) =>
      i % 2 === 0 ? np.array(data).reshape([layers[i / 2].inputs, layers[i / 2].units]) : np.array(data),
    );
    const zeros = () => weights.map((_, i) => np.zeros(parameters[i].shape));
    if (optimizer.name === 'sgd') return { parameters, first: [], second: [], powers: [] };
    return { parameters, first: zeros(), second: zeros(), powers: [np.array(1), np.array(1)] };
  }
}

function trainingStep({ layers, loss, optimizer }: Workload) {
  const objective = (parameters: Arrays, x: np.Array, y: np.Array) => {
    const z = logits(layers, parameters, x);
    if (loss === 'meanSquaredError') return np.mean(np.square(activate(z, layers[layers.length - 1]).sub(y)));
    return np.mean(np.sum(nn.logSoftmax(z).mul(y), -1)).neg();
  };
  return (state: State, x: np.Array, y: np.Array) => {
    const [loss, gradients] = valueAndGrad(objective)(tree.ref(state.parameters), x, y);
    const next = optimizer.name === 'sgd' ? descend : adam;
    return { loss, state: next(state, gradients as Arrays, optimizer.learningRate) };
  };
}

function descend({ parameters, ...rest }: State, gradients: Arrays, rate: number): State {
  return { ...rest, parameters: parameters.map((p, i) => p.sub(gradients[i].mul(rate))) };
}

function adam(state: State, gradients: Arrays, rate: number): State {
  const { beta1, beta2, epsilon } = adamConstants;
  const first = state.first.map((m, i) => m.mul(beta1).add(gradients[i].ref.mul(1 - beta1)));
  const second = state.second.map((v, i) => v.mul(beta2).add(np.square(gradients[i]).mul(1 - beta2)));
  const [power1, power2] = [state.powers[0].mul(beta1), state.powers[1].mul(beta2)];
  const [share1, share2] = [np.array(1).sub(power1.ref), np.array(1).sub(power2.ref)];
  const parameters = state.parameters.map((p, i) => {
    const scale = np.sqrt(second[i].ref.div(share2.ref)).add(epsilon);
    return p.sub(first[i].ref.div(share1.ref).div(scale).mul(rate));
  });
  share1.dispose();
  share2.dispose();
  return { parameters, first, second, powers: [power1, power2] };
}

/** The last layer's sum, before its activation. */
function logits(layers: readonly BenchLayer[], parameters: Arrays, x: np.Array): np.Array {
  return layers.reduce((a, layer, l) => {
    const z = np.matmul(a, parameters[2 * l]).add(parameters[2 * l + 1]);
    return l === layers.length - 1 ? z : activate(z, layer);
  }, x);
}

function activate(z: np.Array, { activation }: BenchLayer): np.Array {
  return activation === 'softmax' ? nn.softmax(z) : activation === 'sigmoid' ? nn.sigmoid(z) : nn.relu(z);
}
