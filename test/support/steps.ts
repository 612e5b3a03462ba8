import { emptyStep } from '../../src/kernels/kernel.ts';
import { type Optimizer, type StepRates, stepRates } from '../../src/model/optimizers.ts';
import type { Mixture } from '../../src/model/random.ts';
import type { StepSource } from '../../src/plan/steps.ts';

/** A step as a test states it. */
export interface StepInput {
  readonly rows: Uint32Array;
  readonly index: number;
  readonly rates: StepRates;
  /** Given where rows are mixed. */
  readonly mixture?: Mixture;
}

/** These steps, one after the other. */
export function stepsFrom(list: readonly StepInput[]): StepSource {
  let done = 0;
  return (table) => {
    if (done === list.length) return false;
    const { rows, index, rates, mixture } = list[done++];
    table.rows.set(rows, table.end);
    table.add({ ...emptyStep(), ...rates, ...mixture, index, rows: rows.length });
    return true;
  };
}

/** What each step is told of the optimizer. */
export function ratesOf(optimizer: Optimizer): (index: number) => StepRates {
  const write = stepRates(optimizer, () => 1);
  return (index) => {
    const rates = { learning_rate: 0, rate: 0, gradient_rate: 0, correction: 0 };
    write(index, rates);
    return rates;
  };
}
