import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registry } from '../../src/kernels/registry.ts';
import type { Executor } from '../../src/plan/executor.ts';
import { runParityCase } from '../../src/runtime/parity.ts';
import { formsOn } from '../../src/runtime/selfTest.ts';

/** Tests that hold every kernel, in every form, on this executor against its float64 reference. */
export function testKernels(name: string, create: () => Promise<Executor>): void {
  describe(name, () => {
    let executor: Executor;

    beforeAll(async () => {
      executor = await create();
    });

    afterAll(() => executor?.dispose());

    test.each(registry.map((kernel) => [kernel.shader.name, kernel] as const))(
      '%s',
      async (_name, kernel) => {
        expect(kernel.cases.length).toBeGreaterThan(3);
        const results = await Promise.all(
          formsOn(executor, kernel).flatMap((form) =>
            form.cases.map((parityCase) => runParityCase(executor, form, parityCase)),
          ),
        );
        const failures = results
          .filter(({ passed }) => !passed)
          .map((report) => `${report.kernel}, ${report.label}: ${report.message}`);
        expect(failures).toEqual([]);
      },
    );
  });
}
