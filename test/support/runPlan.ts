import type { Executor, FloatArray } from '../../src/plan/executor.ts';
import { isOwn } from '../../src/plan/executor.ts';
import { type Plan, sizeOf } from '../../src/plan/plan.ts';
import { type StepInput, stepsFrom } from './steps.ts';

/** The plan with some of its scratch tensors kept, so that a test can read them. */
export function keepTensors(plan: Plan, isKept: (name: string) => boolean): Plan {
  const tensors = [...plan.tensors.values()].map((spec) =>
    isKept(spec.name) ? { ...spec, role: 'data' as const } : spec,
  );
  return { ...plan, tensors: new Map(tensors.map((spec) => [spec.name, spec])) };
}

/** Runs a plan with these contents in its tensors: each step's loss, and what the tensors hold in the end. */
export async function runPlan(
  executor: Executor,
  plan: Plan,
  contents: Readonly<Record<string, FloatArray>>,
  steps: readonly StepInput[],
): Promise<{ losses: number[]; tensors: Record<string, FloatArray> }> {
  const shared = [...plan.tensors.values()].filter((spec) => !isOwn(spec));
  const tensors = new Map(shared.map((spec) => [spec.name, executor.allocate(spec)]));
  for (const spec of shared)
    tensors.get(spec.name)!.write(contents[spec.name] ?? new Float32Array(sizeOf(spec)));
  const program = await executor.prepare(plan, tensors);
  const losses: number[] = [];
  await program.run(stepsFrom(steps), {
    onSteps: ({ loss, count }) => void losses.push(...loss.subarray(0, count)),
  });
  const reads = await Promise.all(shared.map(({ name }) => tensors.get(name)!.read()));
  program.dispose();
  for (const tensor of tensors.values()) tensor.dispose();
  return { losses, tensors: Object.fromEntries(shared.map(({ name }, i) => [name, reads[i]])) };
}
