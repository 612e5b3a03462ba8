import type { Sequential } from '../../src/index.ts';
import type { Problem } from './problems.ts';
import type { TrainResult } from './trainProtocol.ts';

type Score = Pick<TrainResult, 'testAccuracy' | 'testR2' | 'testMeanAbsoluteError'>;

/** How well a model does on the rows that it was not trained on. */
export async function score(model: Sequential, { test }: Pick<Problem, 'test'>): Promise<Score> {
  const { accuracy, r2, meanAbsoluteError } = await model.evaluate(test.x, test.y);
  const target = model.preprocessing?.target;
  if (target?.kind !== 'numeric') return { testAccuracy: accuracy };
  // The model's own unit is the target's deviation.
  const testMeanAbsoluteError = meanAbsoluteError * (target.deviation || 1);
  return { testAccuracy: null, testR2: r2, testMeanAbsoluteError };
}
