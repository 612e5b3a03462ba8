/** A plan's tensors on a GPU: what there is to run, whichever way. */
import { isOwn } from '../plan/executor.ts';
import type { Plan, TensorSpec } from '../plan/plan.ts';
import type { StepTable } from '../plan/steps.ts';
import type { GpuTensor } from './buffers.ts';

export class GpuProgram {
  readonly #tensors = new Map<string, GpuTensor>();
  #disposed = false;

  /** `tensorFor` gives a tensor of the plan, new or shared; it is asked for those that are used. */
  constructor(
    readonly plan: Plan,
    private readonly device: GPUDevice,
    private readonly tensorFor: (spec: TensorSpec) => GpuTensor,
  ) {}

  /** The table of losses that each step adds a row to; none in a plan that computes no loss. */
  get metrics(): GPUBuffer | undefined {
    return this.plan.tensors.has('metrics') ? this.bufferOf('metrics') : undefined;
  }

  /** @throws when the plan has no such tensor, or the device no room for it */
  bufferOf(name: string): GPUBuffer {
    const spec = this.plan.tensors.get(name);
    if (this.#disposed) throw new Error('the program has been disposed of');
    if (!spec) throw new Error(`the plan has no tensor '${name}'`);
    const tensor = this.#tensors.get(name) ?? this.tensorFor(spec);
    this.#tensors.set(name, tensor);
    return tensor.buffer;
  }

  /** Sends the numbers of the steps' rows to the device. */
  writeRows({ rows, end }: StepTable): void {
    this.device.queue.writeBuffer(this.bufferOf('permutation'), 0, rows, 0, end);
  }

  dispose(): void {
    this.#disposed = true;
    for (const tensor of this.#tensors.values()) if (isOwn(tensor.spec)) tensor.dispose();
  }
}
