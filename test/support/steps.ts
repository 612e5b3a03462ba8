import { type Optimizer, type StepRates, stepRates } from '../../src/model/optimizers.ts';
import type { Mixture } from '../../src/model/random.ts';
import type { StepSource } from '../../src/plan/executor.ts';

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
  return {
    next(step, rows) {
      if (done === list.length) return false;
      const input = list[done++];
      rows.set(input.rows, step.first);
      Object.assign(step, input.rates, input.mixture, { index: input.index, rows: input.rows.length });
      return true;
    },
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
