import { checkOneOf, checkPositive, fail } from './check.ts';

const names = ['linear', 'sigmoid', 'tanh', 'relu', 'softmax', 'scaledSigmoid'] as const;

export type ActivationName = (typeof names)[number];

/** An activation as given: a name, or an object where it has parameters. */
export type ActivationOption = ActivationName | { name: ActivationName; a?: number; b?: number };

/** An activation as kept: `scaledSigmoid` is F(x) = a / (1 + e^(−x/b)), and `sigmoid` its case a = b = 1. */
export type Activation =
  | { readonly name: 'linear' | 'sigmoid' | 'tanh' | 'relu' }
  | { readonly name: 'softmax' }
  | { readonly name: 'scaledSigmoid'; readonly a: number; readonly b: number };

export function parseActivation(argument: string, option: ActivationOption): Activation {
  if (typeof option !== 'string' && (typeof option !== 'object' || option === null)) {
    fail(argument, option, `one of ${names.join(', ')}, or an object with such a name`);
  }
  const given = typeof option === 'string' ? { name: option } : option;
  const name = checkOneOf(argument, given.name, names);
  if (name !== 'scaledSigmoid') return { name };
  return {
    name,
    a: checkPositive(`${argument}.a`, given.a ?? 1),
    b: checkPositive(`${argument}.b`, given.b ?? 1),
  };
}

export function printActivation(activation: Activation): string {
  if (activation.name !== 'scaledSigmoid') return activation.name;
  return `scaledSigmoid(a = ${activation.a}, b = ${activation.b})`;
}
