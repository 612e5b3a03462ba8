/** A plan's tensors on a GPU: what there is to run, whichever way. */
import { isOwn } from '../plan/executor.ts';
import type { Plan, TensorSpec } from '../plan/plan.ts';
import type { StepTable } from '../plan/steps.ts';
import type { GpuTensor } from './buffers.ts';

export class GpuProgram {
  readonly #tensors = new Map<string, GpuTensor>();

  /** `tensorFor` gives each tensor of the plan, new or shared. */
  constructor(
    readonly plan: Plan,
    private readonly device: GPUDevice,
    tensorFor: (spec: TensorSpec) => GpuTensor,
  ) {
    try {
      for (const spec of plan.tensors.values()) this.#tensors.set(spec.name, tensorFor(spec));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The table of losses that each step adds a row to; none in a plan that computes no loss. */
  get metrics(): GPUBuffer | undefined {
    return this.#tensors.get('metrics')?.buffer;
  }

  /** @throws when the plan has no such tensor */
  bufferOf(name: string): GPUBuffer {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`the plan has no tensor '${name}'`);
    return tensor.buffer;
  }

  /** Sends the numbers of the steps' rows to the device. */
  writeRows({ rows, end }: StepTable): void {
    this.device.queue.writeBuffer(this.bufferOf('permutation'), 0, rows, 0, end);
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) if (isOwn(tensor.spec)) tensor.dispose();
  }
}
