/**
 * How far the outputs of many operations in a row may be off, where no formula bounds their errors well. The inputs are
 * made wrong by a few roundings, at random, and what that does to the outputs tells how errors grow.
 */
import { streams, uniformSource } from '../model/random.ts';
import type { HostTensors } from './kernel.ts';
import { SUBNORMAL, ULP } from './tolerance.ts';

/** Relative errors that inputs are given, and how much more than what becomes of them may be seen. */
const DISTURBANCE = 8 * ULP;
const MARGIN = 4;
const TRIALS = 3;

/** `disturbed` and `outputs` name tensors; `reference` computes on copies. */
export function spread<Names extends string, Output extends Names>(
  reference: (tensors: HostTensors<Names>) => void,
  before: HostTensors<Names>,
  after: HostTensors<Names>,
  { disturbed, outputs }: { disturbed: readonly Names[]; outputs: readonly Output[] },
): HostTensors<Output> {
  const uniform = uniformSource(1, streams.parity);
  const wrong = (value: number) => value * (1 + DISTURBANCE * (2 * uniform() - 1));
  const allowed = Object.fromEntries(outputs.map((name) => [name, new Float64Array(before[name].length)]));
  for (let trial = 0; trial < TRIALS; trial++) {
    const tensors = Object.fromEntries(
      Object.entries<Float64Array>(before).map(([name, values]) => [
        name,
        disturbed.includes(name as Names) ? values.map(wrong) : values.slice(),
      ]),
    ) as HostTensors<Names>;
    reference(tensors);
    for (const name of outputs) {
      for (const [i, value] of after[name].entries()) {
        const error =
          MARGIN * (Math.abs(tensors[name][i] - value) + DISTURBANCE * Math.abs(value)) + SUBNORMAL;
        allowed[name][i] = Math.max(allowed[name][i], error);
      }
    }
  }
  return allowed as HostTensors<Output>;
}
