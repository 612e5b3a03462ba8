import { values as activations } from '../../shaders/lib/activation.wgsl';
import { between, nearZero, positivePart, saturated } from './fills.ts';
import type { ActivationConstants } from './formulas.ts';
import type { Fill } from './kernel.ts';

interface ActivationCase {
  label: string;
  constants: ActivationConstants;
  input: Fill;
}

const setting = (label: string, ACTIVATION: number, A = 1, B = 1) => ({
  label,
  constants: { ACTIVATION, A, B },
});

const settings = [
  setting('linear', activations.LINEAR),
  setting('sigmoid', activations.SIGMOID),
  setting('sigmoid, A = 2.5, B = 0.75', activations.SIGMOID, 2.5, 0.75),
  setting('tanh', activations.TANH),
  setting('relu', activations.RELU),
  setting('leaky relu', activations.LEAKY_RELU, 0.25),
  setting('elu', activations.ELU, 1.5),
  setting('selu', activations.SELU),
  setting('softsign', activations.SOFTSIGN),
  setting('hard sigmoid', activations.HARD_SIGMOID, 0.125, 0.5),
  setting('softplus', activations.SOFTPLUS),
  setting('gelu', activations.GELU),
  setting('gelu, tanh form', activations.GELU_TANH),
  setting('swish', activations.SWISH),
  setting('mish', activations.MISH),
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

/** Every activation's derivative over what the forward pass can have kept. */
export const slopeCases: ActivationCase[] = settings.flatMap(({ label, constants }) => {
  const cases = [{ label: `${label}′`, constants, input: keptRange(constants) }];
  if (constants.ACTIVATION < activations.SOFTPLUS) return cases;
  return [...cases, { label: `${label}′ saturated`, constants, input: saturated }];
});

function keptRange({ ACTIVATION, A }: ActivationConstants): Fill {
  if (ACTIVATION === activations.SIGMOID) return between(0, A);
  if (ACTIVATION === activations.HARD_SIGMOID) return (uniform, i) => [0, 1, uniform()][i % 3];
  if (ACTIVATION === activations.RELU) return positivePart;
  if (ACTIVATION >= activations.SOFTPLUS) return between(-6, 6);
  return (uniform, i) => (i % 5 === 0 ? 0 : between(-1, 1)(uniform, i)); // some have a kink at 0
}
