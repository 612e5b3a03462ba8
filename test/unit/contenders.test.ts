/** What the benchmark compares has to be the same training: those contenders that run without a browser. */
import { describe, expect, test } from 'vitest';
import type { Prepared } from '../../demo/bench/contenders/contender.ts';
import { jax } from '../../demo/bench/contenders/jax.ts';
import { plain } from '../../demo/bench/contenders/plain.ts';
import { shaderprop } from '../../demo/bench/contenders/shaderprop.ts';
import type { WorkloadName } from '../../demo/bench/workload.ts';
import { loadWorkload } from '../../demo/bench/workloads.ts';

const names: WorkloadName[] = ['xor', 'tabular'];

describe.each(names)('%s', async (name) => {
  const workload = await loadWorkload(name);
  const steps = workload.comparedSteps;
  const reference = await shaderprop('reference').prepare(workload);

  async function losses({ run }: Prepared): Promise<number[]> {
    return [await run(1), await run(steps - 2), await run(1)];
  }
  const wanted = await losses(reference);
  const rows = workload.x.slice(0, 4 * workload.layers[0].inputs);
  const outputs = await reference.predict(rows);

  test('learns enough to tell two trainings apart', () => {
    expect(wanted[2]).toBeLessThan(0.8 * wanted[0]);
  });

  test.each([
    ['plain loops', plain],
    ['jax-js', jax('wasm')],
  ])('%s trains and predicts as the reference does', async (_, contender) => {
    const prepared = await contender.prepare(workload);
    for (const [i, loss] of (await losses(prepared)).entries()) {
      expect(Math.abs(loss / wanted[i] - 1)).toBeLessThan(1e-4);
    }
    const predicted = await prepared.predict(rows);
    expect(predicted.length).toBe(outputs.length);
    for (const [i, value] of predicted.entries()) expect(value).toBeCloseTo(outputs[i], 4);
  });
});

test('a backend that the library does not have is refused, and so left out', async () => {
  const workload = await loadWorkload('xor');
  await expect(shaderprop('abacus').prepare(workload)).rejects.toThrow("backend: got 'abacus'");
});
