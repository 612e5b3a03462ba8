import { checkOneOf, fail } from './check.ts';

/** The parameters that an activation may be given, with their defaults. */
const parameters = {
  linear: {},
  sigmoid: {},
  tanh: {},
  relu: {},
  /** `slope` for x < 0. */
  leakyRelu: { slope: 0.3 },
  /** alpha (e^x − 1) for x < 0. */
  elu: { alpha: 1 },
  selu: {},
  softplus: {},
  softsign: {},
  /** x Φ(x), or its approximation by a tanh: `approximate: true`. */
  gelu: { approximate: false },
  /** x σ(x), also called silu. */
  swish: {},
  mish: {},
  /** slope · x + offset, cut off at 0 and 1. */
  hardSigmoid: { slope: 1 / 6, offset: 0.5 },
  softmax: {},
  /** F(x) = a / (1 + e^(−x/b)). */
  scaledSigmoid: { a: 1, b: 1 },
} as const;

export type ActivationName = keyof typeof parameters;

export interface ActivationParameters {
  readonly a?: number;
  readonly b?: number;
  readonly alpha?: number;
  readonly slope?: number;
  readonly offset?: number;
  readonly approximate?: boolean;
}

/** An activation as given: a name, or an object where its parameters are to differ from the defaults. */
export type ActivationOption = ActivationName | ({ readonly name: ActivationName } & ActivationParameters);

/** An activation as kept, with the parameters it has. */
export type Activation = { readonly name: ActivationName } & ActivationParameters;

const names = Object.keys(parameters) as ActivationName[];

export function parseActivation(argument: string, option: ActivationOption): Activation {
  if (typeof option !== 'string' && (typeof option !== 'object' || option === null)) {
    fail(argument, option, `one of ${names.join(', ')}, or an object with such a name`);
  }
  const { name: given, ...values } = typeof option === 'string' ? { name: option } : option;
  const name = checkOneOf(argument, given, names);
  const known: ActivationParameters = parameters[name];
  for (const [key, value] of Object.entries(values))
    checkParameter(`${argument}.${key}`, key, value, name, known);
  return { name, ...known, ...values };
}

function checkParameter(
  argument: string,
  key: string,
  value: unknown,
  name: ActivationName,
  known: ActivationParameters,
): void {
  if (!(key in known))
    fail(argument, value, `one of ${name}'s parameters (${Object.keys(known).join(', ') || 'none'})`);
  if (key === 'approximate') {
    if (typeof value !== 'boolean') fail(argument, value, 'true or false');
  } else if (!Number.isFinite(value) || (key !== 'offset' && (value as number) <= 0)) {
    fail(argument, value, key === 'offset' ? 'a number' : 'a positive number');
  }
}

export function printActivation({ name, ...values }: Activation): string {
  const given = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
  return given.length > 0 ? `${name}(${given.join(', ')})` : name;
}
