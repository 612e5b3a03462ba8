/** What an ONNX node test came to on the library's side, and whether that is what ONNX publishes. */
import type { Runtime } from '../../../src/index.ts';
import type { NodeTest } from './nodeTest.ts';

/** One output. */
export interface Outcome {
  readonly name: string;
  readonly got: ArrayLike<number>;
  readonly want: readonly number[];
  /** How far the two may be apart, in units in the last place of what is wanted. */
  readonly ulps: number;
}

/** Runs a test on a device, in the library's own terms. */
export type Runner = (test: NodeTest, runtime: Runtime) => Promise<Outcome[]>;

/** Half a unit in the last place of numbers between 4 and 8: what cancels in a sum, no relative bound can hold. */
const ABSOLUTE = 2 ** -22;

/** The first number that is too far off, in words. */
export function firstDifference({ name, got, want, ulps }: Outcome): string | undefined {
  if (want.length === 0 || got.length !== want.length)
    return `${name} has ${got.length} of ${want.length} numbers`;
  for (let i = 0; i < want.length; i++) {
    const allowed = ulps === 0 ? 0 : Math.max(ABSOLUTE, ulps * 2 ** -23 * Math.abs(want[i]));
    if (!(Math.abs(got[i] - want[i]) <= allowed))
      return `${name}[${i}] is ${got[i]}, not ${want[i]} ± ${allowed}`;
  }
  return undefined;
}
