/**
 * Back-propagation as a textbook has it, sample by sample in plain loops: nothing here knows of plans, kernels
 * or batches on a device, so that it can tell when all of those are wrong together.
 */

export interface PlainLayer {
  readonly inputs: number;
  readonly units: number;
  readonly activation: 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'softmax';
}

export type PlainLoss = keyof typeof outputLosses | 'sparseCategoricalCrossentropy';

/** Replaces the parameters, given their gradient: the optimizers of torchOptimizers.ts. */
export type Update = (parameters: Float64Array, gradient: Float64Array) => void;

/** Kernel `[inputs][units]` and bias of every layer, in lists of their own. */
export interface PlainParameters {
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
}

export class PlainNetwork {
  constructor(
    readonly layers: readonly PlainLayer[],
    readonly parameters: readonly PlainParameters[],
    readonly loss: PlainLoss,
  ) {}

  /** The output of every layer for one sample, the input itself first. */
  forward(x: readonly number[]): number[][] {
    const outputs = [[...x]];
    for (const [l, { inputs, units, activation }] of this.layers.entries()) {
      const { kernel, bias } = this.parameters[l];
      const z: number[] = [];
      for (let j = 0; j < units; j++) {
        z[j] = bias[j];
        for (let i = 0; i < inputs; i++) z[j] += outputs[l][i] * kernel[i * units + j];
      }
      outputs.push(applyActivation(activation, z));
    }
    return outputs;
  }

  /** Mean loss of the batch, and one update of every kernel and bias. */
  train(xs: readonly (readonly number[])[], targets: readonly (readonly number[])[], update: Update): number {
    const gradients = this.parameters.map(({ kernel, bias }) => ({
      kernel: new Float64Array(kernel.length),
      bias: new Float64Array(bias.length),
    }));
    let total = 0;
    for (const [s, x] of xs.entries()) {
      const outputs = this.forward(x);
      const { loss, slope } = sampleLoss(this.loss, outputs[outputs.length - 1], targets[s]);
      total += loss;
      this.#backward(outputs, slope, gradients, xs.length);
    }
    for (const [l, { kernel, bias }] of this.parameters.entries()) {
      update(kernel, gradients[l].kernel);
      update(bias, gradients[l].bias);
    }
    return total / xs.length;
  }

  /** Adds one sample's share of the gradients; `slope` is ∂E/∂(last output). */
  #backward(outputs: number[][], slope: number[], gradients: PlainParameters[], samples: number): void {
    let upstream = slope;
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const { inputs, units, activation } = this.layers[l];
      const delta = throughActivation(activation, outputs[l + 1], upstream);
      const below: number[] = new Array(inputs).fill(0);
      for (let j = 0; j < units; j++) {
        gradients[l].bias[j] += delta[j] / samples;
        for (let i = 0; i < inputs; i++) {
          gradients[l].kernel[i * units + j] += (outputs[l][i] * delta[j]) / samples;
          below[i] += delta[j] * this.parameters[l].kernel[i * units + j];
        }
      }
      upstream = below;
    }
  }
}

function applyActivation(activation: PlainLayer['activation'], z: number[]): number[] {
  if (activation === 'softmax') {
    const powers = z.map((value) => Math.exp(value));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  }
  const functions = {
    linear: (value: number) => value,
    sigmoid: (value: number) => 1 / (1 + Math.exp(-value)),
    tanh: Math.tanh,
    relu: (value: number) => Math.max(0, value),
  };
  return z.map(functions[activation]);
}

/** ∂E/∂z from ∂E/∂y. */
function throughActivation(activation: PlainLayer['activation'], y: number[], upstream: number[]): number[] {
  if (activation === 'softmax') {
    return y.map((_, j) => y.reduce((sum, yi, i) => sum + upstream[i] * yi * ((i === j ? 1 : 0) - y[j]), 0));
  }
  const slopes = {
    linear: () => 1,
    sigmoid: (value: number) => value * (1 - value),
    tanh: (value: number) => 1 - value * value,
    relu: (value: number) => (value > 0 ? 1 : 0),
  };
  return y.map((value, j) => upstream[j] * slopes[activation](value));
}

/** What one output adds to a sample's loss, and the derivative of that by the output. */
interface OutputLoss {
  loss(y: number, wanted: number): number;
  slope(y: number, wanted: number): number;
  /** Whether the outputs' losses are averaged, not added. */
  readonly averaged: boolean;
}

const outputLosses = {
  halfSquaredError: { loss: (y, s) => (y - s) ** 2 / 2, slope: (y, s) => y - s, averaged: false },
  meanSquaredError: { loss: (y, s) => (y - s) ** 2, slope: (y, s) => 2 * (y - s), averaged: true },
  meanAbsoluteError: { loss: (y, s) => Math.abs(y - s), slope: (y, s) => Math.sign(y - s), averaged: true },
  huberLoss: {
    loss: (y, s) => (Math.abs(y - s) <= 1 ? (y - s) ** 2 / 2 : Math.abs(y - s) - 0.5),
    slope: (y, s) => Math.min(1, Math.max(-1, y - s)),
    averaged: true,
  },
  binaryCrossentropy: {
    loss: (y, s) => -s * Math.log(y) - (1 - s) * Math.log(1 - y),
    slope: (y, s) => (1 - s) / (1 - y) - s / y,
    averaged: true,
  },
  categoricalCrossentropy: { loss: (y, s) => -s * Math.log(y), slope: (y, s) => -s / y, averaged: false },
  kullbackLeiblerDivergence: {
    loss: (y, s) => (s === 0 ? 0 : s * Math.log(s / y)),
    slope: (y, s) => -s / y,
    averaged: false,
  },
} satisfies Record<string, OutputLoss>;

/** A sample's loss, and its derivative by each output. */
function sampleLoss(
  name: PlainLoss,
  y: number[],
  target: readonly number[],
): { loss: number; slope: number[] } {
  if (name === 'sparseCategoricalCrossentropy') {
    const oneHot = y.map((_, j) => (j === target[0] ? 1 : 0));
    return sampleLoss('categoricalCrossentropy', y, oneHot);
  }
  const { loss, slope, averaged } = outputLosses[name];
  const share = averaged ? 1 / y.length : 1;
  return {
    loss: share * y.reduce((sum, value, j) => sum + loss(value, target[j]), 0),
    slope: y.map((value, j) => share * slope(value, target[j])),
  };
}
