/** A multilayer perceptron in plain loops and float64, to hold the library's training against; it knows none of it. */
import type { RowFunction } from './activations.ts';
import type { RowLoss } from './losses.ts';
import type { PlainOptimizer } from './optimizers.ts';

export interface PlainLayer {
  readonly inputs: number;
  readonly units: number;
  readonly activation: RowFunction;
  /** λ₁ Σ|w| + λ₂ Σw² of the kernel joins the loss. */
  readonly l1?: number;
  readonly l2?: number;
  /** A parameter group's own rate, as a share of the optimizer's. */
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

type Rows = readonly (readonly number[])[];

/** Kernel (inputs × units, row after row) and bias of every layer, in turn. */
type Tensors = readonly Float64Array[];

/** What a layer was given and what it made of it before its activation. */
interface Trace {
  readonly input: readonly number[];
  readonly z: readonly number[];
}

/** One batch's loss, penalties included, and its gradient by every tensor. */
export function lossAndGradients(
  { layers, loss }: Pick<PlainTraining, 'layers' | 'loss'>,
  tensors: Tensors,
  x: Rows,
  targets: Rows,
): { loss: number; gradients: Float64Array[] } {
  const gradients = tensors.map(({ length }) => new Float64Array(length));
  let sum = 0;
  for (const [row, input] of x.entries()) {
    const { traces, output } = forward(layers, tensors, input);
    const { loss: own, gradient } = loss(output, targets[row]);
    sum += own / x.length;
    const share = gradient.map((g) => g / x.length);
    backward(layers, tensors, traces, share, gradients);
  }
  return { loss: sum + addPenalties(layers, tensors, gradients), gradients };
}

function forward(layers: readonly PlainLayer[], tensors: Tensors, x: readonly number[]) {
  const traces: Trace[] = [];
  let output = [...x];
  for (const [l, { units, activation }] of layers.entries()) {
    const [kernel, bias] = [tensors[2 * l], tensors[2 * l + 1]];
    const z = Array.from(bias);
    for (const [k, value] of output.entries()) {
      for (let n = 0; n < units; n++) z[n] += value * kernel[k * units + n];
    }
    traces.push({ input: output, z });
    output = activation.forward(z);
  }
  return { traces, output };
}

/** Adds one row's gradients to `gradients`. */
function backward(
  layers: readonly PlainLayer[],
  tensors: Tensors,
  traces: readonly Trace[],
  outputGradient: readonly number[],
  gradients: readonly Float64Array[],
): void {
  let upstream = outputGradient;
  for (let l = layers.length - 1; l >= 0; l--) {
    const { units, activation } = layers[l];
    const { input, z } = traces[l];
    const delta = activation.backward(z, upstream);
    const below = input.map(() => 0);
    for (let n = 0; n < units; n++) {
      gradients[2 * l + 1][n] += delta[n];
      for (let k = 0; k < input.length; k++) {
        gradients[2 * l][k * units + n] += input[k] * delta[n];
        below[k] += tensors[2 * l][k * units + n] * delta[n];
      }
    }
    upstream = below;
  }
}

function addPenalties(
  layers: readonly PlainLayer[],
  tensors: Tensors,
  gradients: readonly Float64Array[],
): number {
  let sum = 0;
  for (const [l, { l1 = 0, l2 = 0 }] of layers.entries()) {
    for (const [i, w] of tensors[2 * l].entries()) {
      sum += l1 * Math.abs(w) + l2 * w * w;
      gradients[2 * l][i] += l1 * Math.sign(w) + 2 * l2 * w;
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
  const steps = tensors.map(({ length }) => optimizer.start(length));
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let at = 0; at < x.length; at += batch) {
      const { loss, gradients } = lossAndGradients(
        training,
        tensors,
        x.slice(at, at + batch),
        targets.slice(at, at + batch),
      );
      losses.push(loss);
      clip(gradients, training);
      const t = losses.length;
      for (const [i, step] of steps.entries()) {
        const { rateScale = 1 } = layers[Math.floor(i / 2)];
        step(tensors[i], gradients[i], t, optimizer.gamma(t) * rateScale);
      }
    }
  }
  return { losses, tensors };
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
