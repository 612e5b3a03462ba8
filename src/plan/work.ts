/** What a kernel call has to do, by its formula: for telling how well a device does it. */
import { tensorsOf } from '../kernels/kernel.ts';
import { bytesPerNumber, type KernelCall, type Plan, sizeOf } from './plan.ts';

export interface Work {
  /** Floating-point operations of the matrix product, a multiplication and an addition each; 0 for other kernels. */
  readonly flops: number;
  /** Bytes that must be moved at least: every number read once, and written once. */
  readonly bytes: number;
}

/** The work of one call in one step of a full batch. */
export function workOf({ kernel, tensors, constants }: KernelCall, plan: Plan): Work {
  let bytes = 0;
  for (const binding of tensorsOf(kernel.shader)) {
    const moves = kernel.shader.bindings[binding].access === 'read' ? 1 : 2;
    const spec = plan.tensors.get(tensors[binding]);
    bytes += spec ? moves * numbersPerStep(spec.name, plan) * bytesPerNumber(spec) : 0;
  }
  return { flops: kernel.flops?.(constants) ?? 0, bytes };
}

/** Numbers of a tensor that one step looks at: of the data set a batch's rows, of a table one row. */
export function numbersPerStep(name: string, plan: Plan): number {
  const spec = plan.tensors.get(name);
  if (!spec) return 0;
  const size = sizeOf(spec);
  if (spec.role === 'table') return size / plan.slots;
  const [rows] = spec.shape;
  return spec.role === 'data' && spec.shape.length === 2 ? (size / rows) * Math.min(rows, plan.batch) : size;
}

/** Floating-point operations of a step's matrix products, on a full batch. */
export const flopsOf = ({ calls }: Plan) =>
  calls.reduce((sum, { kernel, constants }) => sum + (kernel.flops?.(constants) ?? 0), 0);
