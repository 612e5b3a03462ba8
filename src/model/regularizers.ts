import { checkNotNegative, checkOptions, fail } from './check.ts';

/** λ₁ Σ|w| + λ₂ Σw² over a kernel, added to the loss. */
export interface Regularizer {
  readonly l1: number;
  readonly l2: number;
}

const DEFAULT = 0.01;

/** λ Σ|w|: drives weights to zero. */
export function l1(options: { l1?: number } = {}): Regularizer {
  checkOptions('l1', options, ['l1']);
  return { l1: checkNotNegative('l1', options.l1 ?? DEFAULT), l2: 0 };
}

/** λ Σw²: keeps weights small. */
export function l2(options: { l2?: number } = {}): Regularizer {
  checkOptions('l2', options, ['l2']);
  return { l1: 0, l2: checkNotNegative('l2', options.l2 ?? DEFAULT) };
}

/** Both. */
export function l1l2(options: { l1?: number; l2?: number } = {}): Regularizer {
  checkOptions('l1l2', options, ['l1', 'l2']);
  return {
    l1: checkNotNegative('l1', options.l1 ?? DEFAULT),
    l2: checkNotNegative('l2', options.l2 ?? DEFAULT),
  };
}

export function parseRegularizer(argument: string, value: unknown): Regularizer | undefined {
  if (value === undefined || value === null) return undefined;
  const { l1: first, l2: second } = value as Regularizer;
  if (typeof first !== 'number' || typeof second !== 'number') {
    fail(argument, value, 'what l1(…), l2(…) or l1l2(…) returns');
  }
  return l1l2({ l1: first, l2: second });
}
