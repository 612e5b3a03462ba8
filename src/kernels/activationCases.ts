import { values as activations } from '../../shaders/lib/activation.wgsl';
import { between, nearZero, positivePart, saturated } from './fills.ts';
import type { ActivationConstants } from './formulas.ts';
import type { Fill } from './kernel.ts';

interface ActivationCase {
  label: string;
  constants: ActivationConstants;
  input: Fill;
}

const settings: { label: string; constants: ActivationConstants }[] = [
  { label: 'linear', constants: { ACTIVATION: activations.LINEAR, A: 1, B: 1 } },
  { label: 'sigmoid', constants: { ACTIVATION: activations.SIGMOID, A: 1, B: 1 } },
  { label: 'sigmoid, A = 2.5, B = 0.75', constants: { ACTIVATION: activations.SIGMOID, A: 2.5, B: 0.75 } },
  { label: 'tanh', constants: { ACTIVATION: activations.TANH, A: 1, B: 1 } },
  { label: 'relu', constants: { ACTIVATION: activations.RELU, A: 1, B: 1 } },
];

const inputs: { label: string; input: Fill }[] = [
  { label: 'around 0', input: between(-6, 6) },
  { label: 'near 0', input: nearZero },
  { label: 'saturated', input: saturated },
];

/** Every activation over its curved range, close to 0, and far out. */
export const activationCases: ActivationCase[] = settings.flatMap(({ label, constants }) =>
  inputs.map(({ label: range, input }) => ({ label: `${label} ${range}`, constants, input })),
);

/** Every activation's derivative over the outputs that the activation can give. */
export const slopeCases: ActivationCase[] = settings.map(({ label, constants }) => ({
  label: `${label}′`,
  constants,
  input: outputRange(constants),
}));

function outputRange({ ACTIVATION, A }: ActivationConstants): Fill {
  if (ACTIVATION === activations.SIGMOID) return between(0, A);
  return ACTIVATION === activations.RELU ? positivePart : between(-1, 1);
}
