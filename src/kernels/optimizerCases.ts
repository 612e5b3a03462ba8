import { values as optimizers } from '../../shaders/lib/optimizer.wgsl';
import { between, normal } from './fills.ts';
import { type OptimizerConstants, optimizerStep, type WeightState } from './formulas.ts';
import type { HostTensors } from './kernel.ts';
import { SUBNORMAL, ULP } from './tolerance.ts';

const plain = { OPTIMIZER: optimizers.SGD, MOMENTS: 0, MOMENTUM: 0, NESTEROV: false, RATE_SCALE: 1 };

const adam = {
  ...plain,
  OPTIMIZER: optimizers.ADAM,
  MOMENTS: 2,
  BETA_1: 0.9,
  BETA_2: 0.999,
  ONE_MINUS_BETA_1: 1 - 0.9,
  ONE_MINUS_BETA_2: 1 - 0.999,
  EPSILON: 1e-8,
};

/** Every optimizer, each with the constants and the step values it may meet. */
export const optimizerCases = [
  { label: 'sgd', constants: plain, step: { rate: 0.1, correction: 1 } },
  {
    label: 'sgd, layer rate × 0.25',
    constants: { ...plain, RATE_SCALE: 0.25 },
    step: { rate: 0.5, correction: 1 },
  },
  {
    label: 'momentum',
    constants: { ...plain, MOMENTS: 1, MOMENTUM: 0.9 },
    step: { rate: 0.1, correction: 1 },
  },
  {
    label: 'nesterov',
    constants: { ...plain, MOMENTS: 1, MOMENTUM: 0.9, NESTEROV: true },
    step: { rate: 0.1, correction: 1 },
  },
  {
    label: 'adam, first step',
    constants: adam,
    step: { rate: 0.001 / (1 - 0.9), correction: (1 - 0.999) ** -0.5 },
  },
  { label: 'adam, later', constants: { ...adam, RATE_SCALE: 0.5 }, step: { rate: 0.001, correction: 1.02 } },
  {
    label: 'adam, large epsilon',
    constants: { ...adam, EPSILON: 0.25 },
    step: { rate: 0.01, correction: 1.3 },
  },
];

/** Parameters and moments of a layer for a parity case. Second moments are never negative. */
export function weightTensors({ N, K, MOMENTS }: { N: number; K: number; MOMENTS: number }) {
  const size = (K + 1) * N;
  const variance = between(0.01, 1);
  return {
    parameters: { size, fill: normal() },
    moments: {
      size: Math.max(1, MOMENTS * size),
      fill: (uniform: () => number, i: number) => (i < size ? normal(0.1)(uniform, i) : variance(uniform, i)),
    },
  };
}

type Layer = HostTensors<'parameters' | 'moments'>;
type LayerConstants = OptimizerConstants & { N: number; K: number; MOMENTS: number; USE_BIAS: boolean };

function readWeight({ parameters, moments }: Layer, i: number, MOMENTS: number): WeightState {
  return {
    value: parameters[i],
    first: MOMENTS > 0 ? moments[i] : 0,
    second: MOMENTS > 1 ? moments[parameters.length + i] : 0,
  };
}

/** Applies the optimizer to all weights of a layer, in float64. */
export function updateLayer(
  layer: Layer,
  gradient: Float64Array,
  c: LayerConstants,
  step: { rate: number; correction: number },
): void {
  const count = (c.USE_BIAS ? c.K + 1 : c.K) * c.N;
  for (let i = 0; i < count; i++) {
    const { value, first, second } = optimizerStep(readWeight(layer, i, c.MOMENTS), gradient[i], c, step);
    layer.parameters[i] = value;
    if (c.MOMENTS > 0) layer.moments[i] = first;
    if (c.MOMENTS > 1) layer.moments[layer.parameters.length + i] = second;
  }
}

/**
 * How far the step may be off: what a gradient wrong by `gradientError` does to it, found by taking the step
 * from both ends of that interval, and the rounding of the step's own few operations.
 */
export function updateError(
  before: Layer,
  gradient: Float64Array,
  gradientError: Float64Array,
  c: LayerConstants,
  step: { rate: number; correction: number },
): Layer {
  const size = before.parameters.length;
  const errors = { parameters: new Float64Array(size), moments: new Float64Array(before.moments.length) };
  const count = (c.USE_BIAS ? c.K + 1 : c.K) * c.N;
  for (let i = 0; i < count; i++) {
    const old = readWeight(before, i, c.MOMENTS);
    const [low, middle, high] = [-1, 0, 1].map((side) =>
      optimizerStep(old, gradient[i] + side * gradientError[i], c, step),
    );
    const spread = (key: keyof WeightState) =>
      Math.max(Math.abs(low[key] - middle[key]), Math.abs(high[key] - middle[key])) + SUBNORMAL;
    // m and g may cancel in the new moment: its rounding is relative to their magnitudes.
    const scale = Math.abs(old.first) + Math.abs(gradient[i]);
    const moved = Math.abs(middle.value - old.value);
    const reach = moved + (moved * scale) / (Math.abs(middle.first) + SUBNORMAL);
    errors.parameters[i] = spread('value') + ULP * (Math.abs(old.value) + 12 * reach);
    if (c.MOMENTS > 0) errors.moments[i] = spread('first') + 3 * ULP * scale;
    if (c.MOMENTS > 1) errors.moments[size + i] = spread('second') + 5 * ULP * middle.second;
  }
  return errors;
}
