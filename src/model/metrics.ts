import { checkOneOf, fail } from './check.ts';

const names = ['accuracy'] as const;

/** `accuracy`: the largest output is the right one; of a single output, both it and its target on one side of ½. */
export type Metric = (typeof names)[number];

export function parseMetrics(values: unknown): Metric[] {
  if (!Array.isArray(values)) fail('metrics', values, `an array of ${names.join(', ')}`);
  return values.map((value, i) => checkOneOf(`metrics[${i}]`, value, names));
}
