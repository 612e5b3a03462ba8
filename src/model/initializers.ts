import { checkOneOf } from './check.ts';

/** Half-width of each initialiser's uniform distribution, from fan-in and fan-out. */
const uniformLimits = {
  /** Glorot & Bengio, AISTATS 2010: keeps the variance of outputs and of gradients. */
  glorotUniform: (inputs: number, units: number) => Math.sqrt(6 / (inputs + units)),
  /** He et al., ICCV 2015: the same for relu, which halves the variance. */
  heUniform: (inputs: number) => Math.sqrt(6 / inputs),
  /** LeCun et al., Efficient BackProp, 1998. */
  lecunUniform: (inputs: number) => Math.sqrt(3 / inputs),
} as const;

const constants = { zeros: 0, ones: 1 } as const;

export type Initializer = keyof typeof uniformLimits | keyof typeof constants;

export function parseInitializer(argument: string, value: unknown): Initializer {
  const accepted = [...Object.keys(uniformLimits), ...Object.keys(constants)] as Initializer[];
  return checkOneOf(argument, value, accepted);
}

/** `count` numbers for a layer of `inputs` × `units`, rounded to float32 as every device will hold them. */
export function initialValues(
  initializer: Initializer,
  count: number,
  { inputs, units }: { inputs: number; units: number },
  uniform: () => number,
): Float32Array {
  if (initializer === 'zeros' || initializer === 'ones') {
    return new Float32Array(count).fill(constants[initializer]);
  }
  const limit = uniformLimits[initializer](inputs, units);
  return Float32Array.from({ length: count }, () => limit * (2 * uniform() - 1));
}
