/** Runs a plan as it is written: its calls one after the other, step after step. */
import type { Kernel } from '../kernels/kernel.ts';
import type { Plan } from '../plan/plan.ts';
import { StepTable } from '../plan/steps.ts';
import type { Buffers } from './buffers.ts';
import {
  createDispatch,
  createStepGroup,
  type Dispatch,
  encodeDispatch,
  stepStride,
  workgroups,
} from './dispatch.ts';
import type { PassTimer } from './passTimer.ts';
import type { PipelineManager } from './pipelines.ts';
import type { Way } from './way.ts';

/** The most steps of a submission: more of them would only make the table longer. */
const MOST_STEPS = 1024;

export class LayeredWay implements Way {
  readonly slots: number;
  readonly #stride: number;
  readonly #stepBuffer: GPUBuffer;
  readonly #stepGroup: GPUBindGroup;
  readonly #dispatches: readonly Dispatch[];

  private constructor(
    private readonly plan: Plan,
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    pipelines: PipelineManager,
    compiled: readonly GPUComputePipeline[],
    bufferOf: (name: string) => GPUBuffer,
  ) {
    this.#dispatches = plan.calls.map((call, i) =>
      createDispatch(device, pipelines, compiled[i], call, bufferOf),
    );
    this.slots = Math.min(plan.slots, MOST_STEPS);
    this.#stride = stepStride(device);
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#stepBuffer = buffers.create('steps', this.slots * this.#stride, usage);
    this.#stepGroup = createStepGroup(device, pipelines, this.#stepBuffer);
  }

  /** Compiles the plan's kernels, all at once. */
  static async create(
    plan: Plan,
    device: GPUDevice,
    buffers: Buffers,
    pipelines: PipelineManager,
    bufferOf: (name: string) => GPUBuffer,
  ): Promise<LayeredWay> {
    const compiled = await Promise.all(
      plan.calls.map(({ kernel, constants }) => pipelines.get(kernel.shader, constants)),
    );
    return new LayeredWay(plan, device, buffers, pipelines, compiled, bufferOf);
  }

  /** Runs one of the calls by another variant of its kernel from now on. */
  use(index: number, kernel: Kernel, pipeline: GPUComputePipeline): void {
    const { maxComputeWorkgroupsPerDimension } = this.device.limits;
    const threads = kernel.threads(this.plan.calls[index].constants);
    const grid = workgroups(kernel, threads, maxComputeWorkgroupsPerDimension);
    Object.assign(this.#dispatches[index], { pipeline, grid });
  }

  createTable(): StepTable {
    return new StepTable({ slots: this.slots, batch: this.plan.batch }, { alignment: this.#stride });
  }

  write({ count, words }: StepTable): void {
    this.device.queue.writeBuffer(this.#stepBuffer, 0, words, 0, (count * this.#stride) / 4);
  }

  /** WebGPU itself orders the dispatches of a pass by what they read and write. */
  encode(encoder: GPUCommandEncoder, steps: number, timer?: PassTimer): void {
    const pass = encoder.beginComputePass({ timestampWrites: timer?.writes() });
    for (let step = 0; step < steps; step++) {
      pass.setBindGroup(1, this.#stepGroup, [step * this.#stride]);
      for (const dispatch of this.#dispatches) encodeDispatch(pass, dispatch);
    }
    pass.end();
  }

  /** The same with a pass for every dispatch, each of which is timed. */
  encodeTimed(encoder: GPUCommandEncoder, steps: number, timer: PassTimer): void {
    let passes = 0;
    for (let step = 0; step < steps; step++) {
      for (const dispatch of this.#dispatches) {
        const pass = encoder.beginComputePass({ timestampWrites: timer.writes(passes++) });
        pass.setBindGroup(1, this.#stepGroup, [step * this.#stride]);
        encodeDispatch(pass, dispatch);
        pass.end();
      }
    }
  }

  dispose(): void {
    this.buffers.destroy(this.#stepBuffer);
  }
}
