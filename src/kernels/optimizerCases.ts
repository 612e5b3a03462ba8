import { values as optimizers } from '../../shaders/lib/optimizer.wgsl';
import { between, normal } from './fills.ts';
import type { Fill, HostTensors } from './kernel.ts';
import { type OptimizerConstants, optimizerStep, type Rates, type WeightState } from './optimizerFormulas.ts';
import { SUBNORMAL, ULP } from './tolerance.ts';

export interface OptimizerCase {
  readonly label: string;
  readonly constants: Partial<OptimizerConstants> & { readonly OPTIMIZER: number; readonly MOMENTS: number };
  readonly step: Rates;
  /** What each moment may hold. */
  readonly moments: readonly Fill[];
}

const betas = (BETA_1: number, BETA_2: number) => ({
  BETA_1,
  BETA_2,
  ONE_MINUS_BETA_1: 1 - BETA_1,
  ONE_MINUS_BETA_2: 1 - BETA_2,
});

const rates = (rate: number, more: Partial<Rates> = {}): Rates => ({
  learning_rate: 0.125,
  rate,
  gradient_rate: 0,
  correction: 1,
  ...more,
});

/** A running mean of gradients, and one of their squares, which is never negative nor below the mean's square. */
const mean = normal(0.02);
const square = between(0.05, 1);

const optimizerCase = (
  label: string,
  OPTIMIZER: number,
  moments: readonly Fill[],
  step: Rates,
  constants: Partial<OptimizerConstants> = {},
): OptimizerCase => ({
  label,
  constants: { OPTIMIZER, MOMENTS: moments.length, ...constants },
  step,
  moments,
});

const { SGD, ADAM, NADAM, ADAMAX, RMSPROP, ADAGRAD, ADADELTA, LION } = optimizers;
const adam = betas(0.9, 0.999);
const rho = { ...betas(0.9, 0.96), EPSILON: 1e-6 };

/** Every optimizer, each with the constants and the step values it may meet. */
export const optimizerCases: OptimizerCase[] = [
  optimizerCase('sgd', SGD, [], rates(0.1)),
  optimizerCase('sgd, layer rate × 0.25', SGD, [], rates(0.5), { RATE_SCALE: 0.25 }),
  optimizerCase('momentum', SGD, [mean], rates(0.1), { MOMENTUM: 0.9 }),
  optimizerCase('nesterov', SGD, [mean], rates(0.1), { MOMENTUM: 0.9, NESTEROV: true }),
  optimizerCase('adam, first step', ADAM, [mean, square], rates(0.01, { correction: 31.6 }), adam),
  optimizerCase('adam, later', ADAM, [mean, square], rates(0.01, { correction: 1.02 }), {
    ...adam,
    RATE_SCALE: 0.5,
  }),
  optimizerCase('adam, large epsilon', ADAM, [mean, square], rates(0.01, { correction: 1.3 }), {
    ...adam,
    EPSILON: 0.25,
  }),
  optimizerCase('adamw', ADAM, [mean, square], rates(0.01), { ...adam, RATE_SCALE: 0.5, WEIGHT_DECAY: 0.25 }),
  optimizerCase('nadam', NADAM, [mean, square], rates(0.01, { gradient_rate: 0.05, correction: 1.5 }), adam),
  optimizerCase('adamax', ADAMAX, [mean, square], rates(0.01), { ...adam, EPSILON: 0.01 }),
  optimizerCase('rmsprop', RMSPROP, [square], rates(0.01), rho),
  optimizerCase('rmsprop, momentum', RMSPROP, [square, mean], rates(0.01), { ...rho, MOMENTUM: 0.9 }),
  optimizerCase('rmsprop, centered', RMSPROP, [square, mean, mean], rates(0.01), { ...rho, CENTERED: true }),
  optimizerCase('adagrad', ADAGRAD, [square], rates(0.01), { EPSILON: 1e-3 }),
  optimizerCase('adadelta', ADADELTA, [square, square], rates(1), rho),
  optimizerCase('lion', LION, [mean], rates(0.01), { ...betas(0.9, 0.99), WEIGHT_DECAY: 0.5 }),
];

/** Parameters and moments of a layer for a parity case, and numbers behind the moments that are to stay as they are. */
export function weightTensors(size: number, { moments }: OptimizerCase) {
  const beyond = normal();
  const fill: Fill = (uniform, i) => (moments[Math.floor(i / size)] ?? beyond)(uniform, i);
  return {
    parameters: { size, fill: normal() },
    moments: { size: (moments.length + 1) * size, fill },
  };
}

type Layer = HostTensors<'parameters' | 'moments'>;

/** The constants of a step, and the weights that it changes. */
type LayerConstants = OptimizerConstants & { MOMENTS: number; START: number; END: number };

const slots = ['first', 'second', 'third'] as const;

function readWeight({ parameters, moments }: Layer, i: number, MOMENTS: number): WeightState {
  const at = (slot: number) => (slot < MOMENTS ? moments[slot * parameters.length + i] : 0);
  return { value: parameters[i], first: at(0), second: at(1), third: at(2) };
}

/** Applies the optimizer to all weights of a layer, in float64. */
export function updateLayer(layer: Layer, gradient: Float64Array, c: LayerConstants, step: Rates): void {
  for (let i = c.START; i < c.END; i++) {
    const weight = optimizerStep(readWeight(layer, i, c.MOMENTS), gradient[i], c, step);
    layer.parameters[i] = weight.value;
    for (let slot = 0; slot < c.MOMENTS; slot++) {
      layer.moments[slot * layer.parameters.length + i] = weight[slots[slot]];
    }
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
  step: Rates,
): Layer {
  const size = before.parameters.length;
  const errors = { parameters: new Float64Array(size), moments: new Float64Array(before.moments.length) };
  for (let i = c.START; i < c.END; i++) {
    const old = readWeight(before, i, c.MOMENTS);
    const reach = gradientError[i] + ULP * Math.abs(gradient[i]);
    const [low, middle, high] = [-1, 0, 1].map((side) =>
      optimizerStep(old, gradient[i] + side * reach, c, step),
    );
    const spread = (key: keyof WeightState) =>
      Math.max(Math.abs(low[key] - middle[key]), Math.abs(high[key] - middle[key])) + SUBNORMAL;
    // A moment and the gradient may cancel: the rounding of what they make is relative to their magnitudes.
    const scale = Math.max(
      1,
      (Math.abs(old.first) + Math.abs(gradient[i])) / (Math.abs(middle.first) + SUBNORMAL),
    );
    const moved = Math.abs(middle.value - old.value) + Math.abs(step.gradient_rate * gradient[i]);
    errors.parameters[i] = spread('value') + ULP * (Math.abs(old.value) + 12 * moved * scale);
    for (let slot = 0; slot < c.MOMENTS; slot++) {
      const key = slots[slot];
      const magnitude = Math.abs(old[key]) + Math.abs(middle[key]) + Math.abs(middle[key] - old[key]);
      errors.moments[slot * size + i] = spread(key) + 8 * ULP * magnitude;
    }
  }
  return errors;
}
