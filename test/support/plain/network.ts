/** A multilayer perceptron in plain loops and float64, to hold the library's training against; it knows none of it. */
import type { RowFunction } from './activations.ts';
import type { RowLoss } from './losses.ts';
import type { BatchFunction, Rows } from './normalization.ts';
import type { PlainOptimizer } from './optimizers.ts';

export interface PlainLayer {
  readonly inputs: number;
  readonly units: number;
  /** After the weights and before the activation, with γ and β of its own. */
  readonly normalization?: BatchFunction;
  readonly activation: RowFunction;
  /** λ₁ Σ|w| + λ₂ Σw² of the kernel joins the loss. */
  readonly l1?: number;
  readonly l2?: number;
  /** The rate of kernel and bias, as a share of the optimizer's. */
  readonly rateScale?: number;
}

export interface PlainTraining {
  readonly layers: readonly PlainLayer[];
  readonly loss: RowLoss;
  readonly optimizer: PlainOptimizer;
  /** torch.nn.utils.clip_grad_norm_. */
  readonly clipNorm?: number;
  /** torch.nn.utils.clip_grad_value_. */
  readonly clipValue?: number;
}

/**
 * A layer's tensors: kernel (inputs × units, row after row) and bias; with a normalisation γ and β; where that keeps
 * running estimates, mean and variance.
 */
interface LayerTensors {
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
  readonly gamma: Float64Array;
  readonly beta: Float64Array;
  readonly running: readonly Float64Array[];
}

/** The tensors of all layers, in turn. */
type Tensors = readonly Float64Array[];

/** How many tensors a layer has, and how many of them are trained. */
function tensorCount({ normalization }: PlainLayer) {
  const trained = normalization ? 4 : 2;
  return { trained, all: trained + (normalization?.running ? 2 : 0) };
}

/** The tensors layer by layer. */
function byLayer(layers: readonly PlainLayer[], tensors: Tensors): LayerTensors[] {
  let at = 0;
  return layers.map((layer) => {
    const [kernel, bias, gamma, beta, ...running] = tensors.slice(at, at + tensorCount(layer).all);
    at += tensorCount(layer).all;
    return { kernel, bias, gamma, beta, running };
  });
}

/** What a layer was given, what its weights made of that, and what its activation got. */
interface Trace {
  readonly input: Rows;
  readonly z: Rows;
  readonly normalized: Rows;
  readonly scaled: Rows;
}

/** One batch's loss, penalties included, and its gradient by every tensor. */
export function lossAndGradients(
  { layers, loss }: Pick<PlainTraining, 'layers' | 'loss'>,
  tensors: Tensors,
  x: Rows,
  targets: Rows,
): { loss: number; gradients: Float64Array[]; traces: Trace[] } {
  const gradients = tensors.map(({ length }) => new Float64Array(length));
  const { traces, output } = forward(layers, tensors, x);
  const results = output.map((row, r) => loss(row, targets[r]));
  const upstream = results.map(({ gradient }) => gradient.map((g) => g / x.length));
  backward(layers, tensors, traces, upstream, gradients);
  const mean = results.reduce((sum, { loss: own }) => sum + own / x.length, 0);
  return { loss: mean + addPenalties(layers, tensors, gradients), gradients, traces };
}

function forward(layers: readonly PlainLayer[], tensors: Tensors, x: Rows) {
  const traces: Trace[] = [];
  const owned = byLayer(layers, tensors);
  let output = x;
  for (const [l, { activation, normalization }] of layers.entries()) {
    const { kernel, bias, gamma, beta } = owned[l];
    const z = output.map((row) => product(row, kernel, bias));
    const normalized = normalization?.forward(z) ?? z;
    const scaled = normalization
      ? normalized.map((row) => row.map((value, n) => gamma[n] * value + beta[n]))
      : z;
    traces.push({ input: output, z, normalized, scaled });
    output = scaled.map((row) => activation.forward(row));
  }
  return { traces, output };
}

/** A row times the kernel, plus the bias. */
function product(row: readonly number[], kernel: Float64Array, bias: Float64Array): number[] {
  const z = Array.from(bias);
  for (const [k, value] of row.entries()) {
    for (let n = 0; n < z.length; n++) z[n] += value * kernel[k * z.length + n];
  }
  return z;
}

/** Adds the batch's gradients to `gradients`. */
function backward(
  layers: readonly PlainLayer[],
  tensors: Tensors,
  traces: readonly Trace[],
  outputGradient: Rows,
  gradients: readonly Float64Array[],
): void {
  const owned = byLayer(layers, tensors);
  const slopes = byLayer(layers, gradients);
  let upstream = outputGradient;
  for (let l = layers.length - 1; l >= 0; l--) {
    const { activation, normalization } = layers[l];
    const { input, z, normalized, scaled } = traces[l];
    const { kernel, gamma } = owned[l];
    let delta = upstream.map((row, r) => activation.backward(scaled[r], row));
    if (normalization) {
      for (const [r, row] of delta.entries()) {
        for (const [n, d] of row.entries()) {
          slopes[l].gamma[n] += d * normalized[r][n];
          slopes[l].beta[n] += d;
        }
      }
      delta = normalization.backward(
        z,
        delta.map((row) => row.map((d, n) => d * gamma[n])),
      );
    }
    upstream = delta.map((row, r) => {
      const below = input[r].map(() => 0);
      for (const [n, d] of row.entries()) {
        slopes[l].bias[n] += d;
        for (const [k, value] of input[r].entries()) {
          slopes[l].kernel[k * row.length + n] += value * d;
          below[k] += kernel[k * row.length + n] * d;
        }
      }
      return below;
    });
  }
}

function addPenalties(
  layers: readonly PlainLayer[],
  tensors: Tensors,
  gradients: readonly Float64Array[],
): number {
  const kernels = byLayer(layers, tensors).map(({ kernel }) => kernel);
  const slopes = byLayer(layers, gradients).map(({ kernel }) => kernel);
  let sum = 0;
  for (const [l, { l1 = 0, l2 = 0 }] of layers.entries()) {
    for (const [i, w] of kernels[l].entries()) {
      sum += l1 * Math.abs(w) + l2 * w * w;
      slopes[l][i] += l1 * Math.sign(w) + 2 * l2 * w;
    }
  }
  return sum;
}

/** Trains on batches in order and returns the loss of every step, before its update, and the tensors at the end. */
export function trainPlain(
  training: PlainTraining,
  initial: Tensors,
  { x, targets }: { x: Rows; targets: Rows },
  { batch, epochs }: { batch: number; epochs: number },
): { losses: number[]; tensors: Float64Array[] } {
  const { layers, optimizer } = training;
  const tensors = initial.map((tensor) => Float64Array.from(tensor));
  const owners = layers.flatMap((layer) => {
    const { trained, all } = tensorCount(layer);
    const { rateScale = 1 } = layer;
    return Array.from({ length: all }, (_, i) => ({
      isTrained: i < trained,
      rateScale: i < 2 ? rateScale : 1,
    }));
  });
  const steps = tensors.map(({ length }) => optimizer.start(length));
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let at = 0; at < x.length; at += batch) {
      const { loss, gradients, traces } = lossAndGradients(
        training,
        tensors,
        x.slice(at, at + batch),
        targets.slice(at, at + batch),
      );
      losses.push(loss);
      clip(gradients, training);
      const t = losses.length;
      for (const [i, step] of steps.entries()) {
        const { rateScale, isTrained } = owners[i];
        if (isTrained) step(tensors[i], gradients[i], t, optimizer.gamma(t) * rateScale);
      }
      moveEstimates(layers, tensors, traces);
    }
  }
  return { losses, tensors };
}

/** Moves running means and variances towards the batch's. */
function moveEstimates(layers: readonly PlainLayer[], tensors: Tensors, traces: readonly Trace[]): void {
  for (const [l, { running }] of byLayer(layers, tensors).entries()) {
    const estimator = layers[l].normalization?.running;
    const batch = estimator?.of(traces[l].z) ?? [];
    for (const [e, values] of batch.entries()) {
      for (const [n, value] of values.entries()) {
        running[e][n] = running[e][n] * estimator!.keeps + value * (1 - estimator!.keeps);
      }
    }
  }
}

function clip(gradients: readonly Float64Array[], { clipNorm, clipValue }: PlainTraining): void {
  const change = (f: (g: number) => number) => {
    for (const gradient of gradients) gradient.set(gradient.map(f));
  };
  if (clipValue !== undefined) change((g) => Math.max(-clipValue, Math.min(clipValue, g)));
  if (clipNorm === undefined) return;
  const squares = gradients.flatMap((gradient) => Array.from(gradient, (g) => g * g));
  const norm = Math.sqrt(squares.reduce((a, b) => a + b));
  const coefficient = clipNorm / (norm + 1e-6);
  if (coefficient < 1) change((g) => g * coefficient);
}
