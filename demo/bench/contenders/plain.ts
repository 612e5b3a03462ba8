/** Loops over Float32Arrays, as one writes them by hand who knows the machine: what any library has to beat. */
import { adamConstants, type BenchLayer, type Workload } from '../workload.ts';
import type { Contender, Prepared } from './contender.ts';

export const plain: Contender = { prepare: async (workload) => prepare(workload) };

/** A dense layer, with room for a batch. */
interface PlainLayer extends BenchLayer {
  kernel: Float32Array;
  bias: Float32Array;
  kernelGradient: Float32Array;
  biasGradient: Float32Array;
  output: Float32Array;
  delta: Float32Array;
}

function prepare({ layers: sizes, loss, batch, optimizer, x, y, rows, weights }: Workload): Prepared {
  const layers = sizes.map((size, l) => createLayer(size, weights[2 * l], weights[2 * l + 1], batch));
  const last = layers[layers.length - 1];
  const { inputs } = layers[0];
  const update = (optimizer.name === 'sgd' ? descent : adam)(layers, optimizer.learningRate);

  function step(batchStart: number): number {
    forward(layers, x, batchStart * inputs, batch);
    const value = outputDelta(last, loss, y, batchStart * last.units, batch);
    for (let l = layers.length - 1; l > 0; l--) {
      addWeightGradient(layers[l], layers[l - 1].output, 0, batch);
      hiddenDelta(layers[l], layers[l - 1], batch);
    }
    addWeightGradient(layers[0], x, batchStart * inputs, batch);
    update();
    return value;
  }

  let at = 0;
  return {
    async run(steps) {
      let value = Number.NaN;
      for (let i = 0; i < steps; i++) {
        value = step(at);
        at = (at + batch) % rows;
      }
      return value;
    },
    async predict(x) {
      const count = x.length / inputs;
      const room = layers.map((layer) => ({ ...layer, output: new Float32Array(count * layer.units) }));
      forward(room, x, 0, count);
      return room[room.length - 1].output;
    },
  };
}

function createLayer(size: BenchLayer, kernel: Float32Array, bias: Float32Array, batch: number): PlainLayer {
  return {
    ...size,
    kernel: kernel.slice(),
    bias: bias.slice(),
    kernelGradient: new Float32Array(kernel.length),
    biasGradient: new Float32Array(bias.length),
    output: new Float32Array(batch * size.units),
    delta: new Float32Array(batch * size.units),
  };
}

function forward(layers: readonly PlainLayer[], x: Float32Array, start: number, rows: number): void {
  let [input, at] = [x, start];
  for (const layer of layers) {
    const { inputs, units, kernel, bias, output } = layer;
    for (let row = 0; row < rows; row++) {
      output.set(bias, row * units);
      addProduct(output, row * units, units, input, at + row * inputs, 1, kernel, inputs);
    }
    activate(layer, rows);
    [input, at] = [output, 0];
  }
}

/**
 * y += Σ over k of a[k] · B's row k, four rows at a time: y is loaded and stored a quarter as often.
 * @param stride from one number of a to the next
 */
function addProduct(
  y: Float32Array,
  yAt: number,
  N: number,
  a: Float32Array,
  aAt: number,
  stride: number,
  B: Float32Array,
  K: number,
  bAt = 0,
): void {
  let k = 0;
  for (; k + 4 <= K; k += 4) {
    const a0 = a[aAt + k * stride];
    const a1 = a[aAt + (k + 1) * stride];
    const a2 = a[aAt + (k + 2) * stride];
    const a3 = a[aAt + (k + 3) * stride];
    const b0 = bAt + k * N;
    const [b1, b2, b3] = [b0 + N, b0 + 2 * N, b0 + 3 * N];
    for (let n = 0; n < N; n++) {
      y[yAt + n] += a0 * B[b0 + n] + a1 * B[b1 + n] + a2 * B[b2 + n] + a3 * B[b3 + n];
    }
  }
  for (; k < K; k++) {
    const value = a[aAt + k * stride];
    const b = bAt + k * N;
    for (let n = 0; n < N; n++) y[yAt + n] += value * B[b + n];
  }
}

function activate({ activation, units, output }: PlainLayer, rows: number): void {
  const size = rows * units;
  if (activation === 'relu') {
    for (let i = 0; i < size; i++) output[i] = Math.max(output[i], 0);
  } else if (activation === 'sigmoid') {
    for (let i = 0; i < size; i++) output[i] = 1 / (1 + Math.exp(-output[i]));
  } else {
    for (let at = 0; at < size; at += units) softmax(output, at, units);
  }
}

function softmax(values: Float32Array, at: number, units: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = at; i < at + units; i++) most = Math.max(most, values[i]);
  let sum = 0;
  for (let i = at; i < at + units; i++) {
    values[i] = Math.exp(values[i] - most);
    sum += values[i];
  }
  for (let i = at; i < at + units; i++) values[i] /= sum;
}

/** The loss, and its derivative by the last layer's sums. */
function outputDelta(
  { units, output, delta }: PlainLayer,
  loss: Workload['loss'],
  y: Float32Array,
  start: number,
  rows: number,
): number {
  const size = rows * units;
  let sum = 0;
  if (loss === 'categoricalCrossentropy') {
    for (let i = 0; i < size; i++) {
      if (y[start + i] > 0) sum -= y[start + i] * Math.log(output[i]);
      delta[i] = (output[i] - y[start + i]) / rows;
    }
    return sum / rows;
  }
  for (let i = 0; i < size; i++) {
    const error = output[i] - y[start + i];
    sum += error * error;
    delta[i] = ((2 * error) / size) * output[i] * (1 - output[i]);
  }
  return sum / size;
}

/** Xᵀ·D, as sums of rows of D for each row of the kernel. */
function addWeightGradient(layer: PlainLayer, input: Float32Array, start: number, rows: number): void {
  const { inputs, units, kernelGradient, biasGradient, delta } = layer;
  kernelGradient.fill(0);
  for (let k = 0; k < inputs; k++) {
    addProduct(kernelGradient, k * units, units, input, start + k, inputs, delta, rows);
  }
  biasGradient.fill(0);
  for (let i = 0; i < rows * units; i++) biasGradient[i % units] += delta[i];
}

/** D·Wᵀ, times the derivative of the activation below: rows of both lie side by side, and four of W share one of D. */
function hiddenDelta(above: PlainLayer, { activation, output, delta }: PlainLayer, rows: number): void {
  const { inputs, units: N, kernel } = above;
  const upstream = above.delta;
  for (let row = 0; row < rows; row++) {
    const d = row * N;
    let at = row * inputs;
    let w = 0;
    for (; w + 4 * N <= inputs * N; w += 4 * N) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let n = 0; n < N; n++) {
        const value = upstream[d + n];
        s0 += value * kernel[w + n];
        s1 += value * kernel[w + N + n];
        s2 += value * kernel[w + 2 * N + n];
        s3 += value * kernel[w + 3 * N + n];
      }
      delta[at++] = s0;
      delta[at++] = s1;
      delta[at++] = s2;
      delta[at++] = s3;
    }
    for (; w < inputs * N; w += N) {
      let sum = 0;
      for (let n = 0; n < N; n++) sum += upstream[d + n] * kernel[w + n];
      delta[at++] = sum;
    }
  }
  for (let i = 0; i < rows * inputs; i++) {
    delta[i] *= activation === 'relu' ? Number(output[i] > 0) : output[i] * (1 - output[i]);
  }
}

/** Each layer's numbers and their gradients. */
const pairs = (layers: readonly PlainLayer[]) =>
  layers.flatMap(({ kernel, kernelGradient, bias, biasGradient }) => [
    { values: kernel, gradient: kernelGradient },
    { values: bias, gradient: biasGradient },
  ]);

function descent(layers: readonly PlainLayer[], rate: number): () => void {
  return () => {
    for (const { values, gradient } of pairs(layers)) {
      for (let i = 0; i < values.length; i++) values[i] -= rate * gradient[i];
    }
  };
}

function adam(layers: readonly PlainLayer[], rate: number): () => void {
  const { beta1, beta2, epsilon } = adamConstants;
  const all = pairs(layers).map(({ values, gradient }) => ({
    ...{ values, gradient },
    first: new Float32Array(values.length),
    second: new Float32Array(values.length),
  }));
  let t = 0;
  return () => {
    t++;
    const correction1 = 1 - beta1 ** t;
    const correction2 = 1 - beta2 ** t;
    for (const { values, gradient, first, second } of all) {
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i];
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        values[i] -= (rate * (first[i] / correction1)) / (Math.sqrt(second[i] / correction2) + epsilon);
      }
    }
  };
}
