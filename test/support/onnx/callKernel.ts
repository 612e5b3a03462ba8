import {
  type ConstantsOf,
  emptyStep,
  type Kernel,
  type StepValues,
  type TensorNames,
} from '../../../src/kernels/kernel.ts';
import type { Shader } from '../../../src/kernels/shader.ts';
import type { DeviceTensor, Executor, FloatArray } from '../../../src/plan/executor.ts';
import { PlanBuilder } from '../../../src/plan/plan.ts';

/** One call of a kernel on tensors with these contents: what they hold afterwards. */
export async function callKernel<S extends Shader>(
  executor: Executor,
  kernel: Kernel<S>,
  contents: Record<TensorNames<S>, readonly number[]>,
  constants: Partial<ConstantsOf<S>>,
  step: Partial<StepValues>,
): Promise<Record<TensorNames<S>, FloatArray>> {
  const entries = Object.entries<readonly number[]>(contents);
  const builder = new PlanBuilder('one call', 1, 1);
  for (const [name, { length }] of entries) {
    builder.tensor(name, [length], 'data', {
      type: kernel.shader.bindings[name].type === 'u32' ? 'u32' : 'f32',
    });
  }
  const names = Object.fromEntries(entries.map(([name]) => [name, name])) as Record<TensorNames<S>, string>;
  builder.call(kernel, names, constants);
  const plan = builder.build();
  const tensors = new Map<string, DeviceTensor>();
  for (const [name, numbers] of entries) {
    const tensor = executor.allocate(plan.tensors.get(name)!);
    tensor.write(Float64Array.from(numbers));
    tensors.set(name, tensor);
  }
  await executor.execute(plan, tensors, { ...emptyStep(), rows: 1, ...step });
  const after = await Promise.all(
    [...tensors].map(async ([name, tensor]) => [name, await tensor.read()] as const),
  );
  for (const tensor of tensors.values()) tensor.dispose();
  return Object.fromEntries(after) as Record<TensorNames<S>, FloatArray>;
}
