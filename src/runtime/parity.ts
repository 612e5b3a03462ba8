/** Holds a device's result of a kernel against the kernel's float64 reference. */
import {
  emptyStep,
  type HostTensors,
  type Kernel,
  outputsOf,
  type ParityCase,
  resolveConstants,
  type StepValues,
} from '../kernels/kernel.ts';
import { streams, uniformSource } from '../model/random.ts';
import type { DeviceTensor, Executor, FloatArray } from '../plan/executor.ts';
import { type Plan, PlanBuilder } from '../plan/plan.ts';

export interface CaseReport {
  readonly kernel: string;
  readonly label: string;
  readonly passed: boolean;
  /** The largest error as a share of what the kernel's tolerance allows: up to 1 is within bounds. */
  readonly worst: number;
  /** The largest error: relative where the reference is above 1, else absolute. */
  readonly maxError: number;
  /** What differs first, of a case that did not pass. */
  readonly message?: string;
}

type Device = Pick<Executor, 'allocate' | 'execute'>;

/** Runs one parity case on the executor's device. */
export async function runParityCase(
  executor: Device,
  kernel: Kernel,
  parityCase: ParityCase,
): Promise<CaseReport> {
  const { before, values, results } = await computeCase(executor, kernel, parityCase);
  return judge(kernel, parityCase, before, values, results);
}

/** What the device makes of a case: its inputs, and what they have become. */
export async function computeCase(executor: Device, kernel: Kernel, parityCase: ParityCase) {
  const { plan, before, values } = instantiate(kernel, parityCase);
  const tensors = new Map<string, DeviceTensor>();
  try {
    for (const spec of plan.tensors.values()) {
      const tensor = executor.allocate(spec);
      tensors.set(spec.name, tensor);
      tensor.write(before[spec.name]);
    }
    await executor.execute(plan, tensors, values);
    const outputs = outputsOf(kernel.shader);
    const reads = await Promise.all(outputs.map((name) => tensors.get(name)?.read()));
    const results = Object.fromEntries(outputs.map((name, i) => [name, reads[i] ?? new Float32Array()]));
    return { before, values, results };
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

/** A plan of the one call, and its inputs: the same numbers every time, rounded as the device will hold them. */
function instantiate(kernel: Kernel, { constants, step, tensors }: ParityCase) {
  const resolved = resolveConstants(kernel.shader, constants);
  const builder = new PlanBuilder(`parity of ${kernel.shader.name}`, Number(resolved.M ?? 1), 1);
  const before: HostTensors = {};
  for (const [index, [name, { size, fill }]] of Object.entries(tensors).entries()) {
    const { type } = kernel.shader.bindings[name];
    const isFloat = type === 'f32' || type === 'vec2f';
    builder.tensor(name, [size], 'data', { type: isFloat ? 'f32' : 'u32' });
    const uniform = uniformSource(1, streams.parity, index);
    before[name] = Float64Array.from({ length: size }, (_, i) => {
      const value = fill(uniform, i);
      return isFloat ? Math.fround(value) : value;
    });
  }
  builder.call(kernel, Object.fromEntries(Object.keys(tensors).map((name) => [name, name])), resolved);
  const values: StepValues = { ...emptyStep(), rows: Number(resolved.M ?? 1), ...step };
  return { plan: builder.build() as Plan, before, values };
}

function judge(
  kernel: Kernel,
  { label, constants }: ParityCase,
  before: HostTensors,
  values: StepValues,
  results: Record<string, FloatArray>,
): CaseReport {
  const resolved = resolveConstants(kernel.shader, constants);
  const after = Object.fromEntries(Object.entries(before).map(([name, data]) => [name, data.slice()]));
  kernel.reference(after, resolved, values);
  const tolerances = kernel.tolerance(before, after, resolved, values);
  let worst = 0;
  let maxError = 0;
  let message: string | undefined;
  for (const [name, result] of Object.entries(results)) {
    for (let i = 0; i < result.length; i++) {
      const wanted = after[name][i];
      const allowed = tolerances[name]?.[i] ?? 0;
      const error = difference(result[i], wanted);
      const share = error === 0 ? 0 : error / allowed;
      if (!(share <= 1)) message ??= `${name}[${i}] is ${result[i]}, not ${wanted} ± ${allowed}`;
      worst = Math.max(worst, share);
      maxError = Math.max(maxError, error / Math.max(1, Math.abs(wanted)));
    }
  }
  const passed = message === undefined;
  return { kernel: kernel.shader.name, label, passed, worst, maxError, ...(passed ? {} : { message }) };
}

/** |a − b|; 0 for the same infinity or two NaNs, infinite when only one is finite or they are of other kinds. */
function difference(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : Number.POSITIVE_INFINITY;
}
