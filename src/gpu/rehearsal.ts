/** Times a kernel call on tensors of its own, beside whatever else the device does. */
import { emptyStep } from '../kernels/kernel.ts';
import type { KernelCall, Plan } from '../plan/plan.ts';
import { StepTable } from '../plan/steps.ts';
import { numbersPerStep } from '../plan/work.ts';
import type { Buffers } from './buffers.ts';
import { createStepGroup } from './dispatch.ts';
import { PassTimer } from './passTimer.ts';
import type { PipelineManager } from './pipelines.ts';

/** A pipeline and the workgroups of a whole call. */
export interface Candidate {
  readonly pipeline: GPUComputePipeline;
  readonly groups: number;
}

/** How much of a call to run, and how often, for a time that a clock can tell. */
interface Portion {
  groups: number;
  repetitions: number;
}

/** A portion of a call that takes a few milliseconds, and what the whole call seems to take. */
export interface Estimate {
  readonly portion: Portion;
  readonly milliseconds: number;
}

/** Long enough for clocks of 0.1 ms, short enough for nobody to notice. */
const TARGET = 4;
const MOST_REPETITIONS = 64;

export class Rehearsal {
  readonly #tensors: GPUBuffer[] = [];
  readonly #bindGroup: GPUBindGroup;
  readonly #stepGroup: GPUBindGroup;
  readonly #timer: PassTimer | undefined;
  readonly #staging: GPUBuffer;
  /** Milliseconds that the device has spent on it. */
  spent = 0;

  constructor(
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    pipelines: PipelineManager,
    { kernel, tensors }: KernelCall,
    plan: Plan,
  ) {
    const { STORAGE, UNIFORM, COPY_DST, MAP_READ } = GPUBufferUsage;
    const entries = Object.entries(tensors).map(([name, tensor]) => {
      const buffer = this.#create(Math.max(4, 4 * numbersPerStep(tensor, plan)), STORAGE | COPY_DST);
      if (kernel.shader.bindings[name].type === 'u32') {
        device.queue.writeBuffer(
          buffer,
          0,
          Uint32Array.from({ length: plan.batch }, (_, row) => row),
        );
      }
      return { binding: kernel.shader.bindings[name].binding, resource: { buffer } };
    });
    this.#bindGroup = device.createBindGroup({ layout: pipelines.tensorLayout(kernel.shader), entries });
    const table = new StepTable({ ...plan, slots: 1 });
    table.set(0, { ...emptyStep(), rows: plan.batch });
    const buffer = this.#create(StepTable.size, UNIFORM | COPY_DST);
    device.queue.writeBuffer(buffer, 0, table.words, 0, StepTable.size / 4);
    this.#stepGroup = createStepGroup(device, pipelines, buffer);
    this.#timer = PassTimer.where(device, buffers);
    this.#staging = this.#create(PassTimer.bytes(), MAP_READ | COPY_DST);
  }

  /** Finds out how much of a call takes a few milliseconds. */
  async calibrate(candidate: Candidate): Promise<Estimate> {
    const { groups } = candidate;
    const portion = { groups: Math.ceil(groups / 64), repetitions: 1 };
    for (;;) {
      const milliseconds = await this.#run(candidate, portion, 1);
      const growth = Math.min(8, Math.floor(TARGET / Math.max(milliseconds, 0.1)));
      if (growth >= 2 && portion.groups < groups) portion.groups = Math.min(groups, growth * portion.groups);
      else if (growth >= 2 && portion.repetitions < MOST_REPETITIONS) portion.repetitions *= growth;
      else return { portion, milliseconds: wholeCall(candidate, portion, milliseconds) };
    }
  }

  /**
   * Milliseconds of a whole call. What is timed follows on as much of the same: while a submission begins, a processor
   * that emulates a GPU is still busy with the one before.
   */
  async time(candidate: Candidate, { portion }: Estimate): Promise<number> {
    return wholeCall(candidate, portion, await this.#run(candidate, portion, 2));
  }

  dispose(): void {
    for (const buffer of this.#tensors) this.buffers.destroy(buffer);
    this.#timer?.dispose();
  }

  #create(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.buffers.create('rehearsal', bytes, usage);
    this.#tensors.push(buffer);
    return buffer;
  }

  /** Of the last pass by the device's clock; without one of all by ours, once nothing else is being waited for. */
  async #run({ pipeline }: Candidate, { groups, repetitions }: Portion, passes: number): Promise<number> {
    const { queue, limits } = this.device;
    const timer = this.#timer;
    const encoder = this.device.createCommandEncoder();
    const across = Math.min(groups, limits.maxComputeWorkgroupsPerDimension);
    for (let i = 0; i < passes; i++) {
      const pass = encoder.beginComputePass(i === passes - 1 ? { timestampWrites: timer?.writes() } : {});
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.#bindGroup);
      pass.setBindGroup(1, this.#stepGroup, [0]);
      for (let j = 0; j < repetitions; j++) pass.dispatchWorkgroups(across, Math.ceil(groups / across));
      pass.end();
    }
    if (timer) timer.encode(encoder, this.#staging);
    else await queue.onSubmittedWorkDone();
    const submitted = performance.now();
    queue.submit([encoder.finish()]);
    await (timer ? this.#staging.mapAsync(GPUMapMode.READ) : queue.onSubmittedWorkDone());
    let milliseconds = (performance.now() - submitted) / passes;
    if (timer) {
      milliseconds = PassTimer.milliseconds(this.#staging.getMappedRange());
      this.#staging.unmap();
    }
    this.spent += milliseconds * passes;
    return milliseconds;
  }
}

const wholeCall = ({ groups }: Candidate, portion: Portion, milliseconds: number) =>
  (milliseconds * groups) / portion.groups / portion.repetitions;
