/** Runs a training plan by one kernel, many steps to a dispatch: `shaders/train_small.wgsl`. */
import { emptyStep } from '../kernels/kernel.ts';
import type { Plan } from '../plan/plan.ts';
import type { SmallTraining } from '../plan/small.ts';
import { StepTable } from '../plan/steps.ts';
import type { Buffers } from './buffers.ts';
import { createDispatch, createStepGroup, type Dispatch, encodeDispatch, stepStride } from './dispatch.ts';
import type { PassTimer } from './passTimer.ts';
import type { PipelineManager } from './pipelines.ts';
import type { Way } from './way.ts';

/** A part of the kernel's state, and the plan's tensor that keeps it between submissions. */
interface Kept {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

export class PersistentWay implements Way {
  readonly slots: number;
  readonly #steps: GPUBuffer;
  readonly #state: GPUBuffer;
  readonly #kept: readonly Kept[];
  readonly #dispatch: Dispatch;
  /** Steps of a dispatch, and for each dispatch the slot of its first. */
  readonly #turn: number;
  readonly #turns: GPUBuffer;
  readonly #turnGroup: GPUBindGroup;
  readonly #stride: number;

  private constructor(
    private readonly plan: Plan,
    { call, state, size }: SmallTraining,
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    pipelines: PipelineManager,
    pipeline: GPUComputePipeline,
    bufferOf: (name: string) => GPUBuffer,
  ) {
    this.slots = plan.slots;
    let offset = 0;
    this.#kept = state.map(({ name, size }) => {
      const kept = { buffer: bufferOf(name), offset, bytes: 4 * size };
      offset += kept.bytes;
      return kept;
    });
    const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
    this.#steps = buffers.create('steps', (this.slots + 1) * StepTable.size, STORAGE | COPY_DST);
    this.#state = buffers.create('state', 4 * size, STORAGE | COPY_DST | COPY_SRC);
    const own = new Map([
      ['steps', this.#steps],
      ['state', this.#state],
    ]);
    this.#dispatch = createDispatch(
      device,
      pipelines,
      pipeline,
      call,
      (name) => own.get(name) ?? bufferOf(name),
    );
    this.#turn = Number(call.constants.TURN);
    this.#stride = stepStride(device);
    const turns = Math.ceil(this.slots / this.#turn);
    const firsts = new StepTable({ slots: turns, batch: 0 }, { alignment: this.#stride });
    for (let i = 0; i < turns; i++) firsts.set(i, { ...emptyStep(), slot: i * this.#turn });
    this.#turns = buffers.create('turns', firsts.words.byteLength, GPUBufferUsage.UNIFORM | COPY_DST);
    device.queue.writeBuffer(this.#turns, 0, firsts.words);
    this.#turnGroup = createStepGroup(device, pipelines, this.#turns);
  }

  static async create(
    plan: Plan,
    training: SmallTraining,
    device: GPUDevice,
    buffers: Buffers,
    pipelines: PipelineManager,
    bufferOf: (name: string) => GPUBuffer,
  ): Promise<PersistentWay> {
    const { kernel, constants } = training.call;
    const pipeline = await pipelines.get(kernel.shader, constants);
    return new PersistentWay(plan, training, device, buffers, pipelines, pipeline, bufferOf);
  }

  createTable(): StepTable {
    return new StepTable({ slots: this.slots + 1, batch: this.plan.batch });
  }

  /** The kernel stops at a step that has no rows. */
  write({ count, words }: StepTable): void {
    const end = (count * StepTable.size) / 4;
    words.fill(0, end, end + StepTable.size / 4);
    this.device.queue.writeBuffer(this.#steps, 0, words, 0, end + StepTable.size / 4);
  }

  encode(encoder: GPUCommandEncoder, steps: number, timer?: PassTimer): void {
    for (const { buffer, offset, bytes } of this.#kept) {
      encoder.copyBufferToBuffer(buffer, 0, this.#state, offset, bytes);
    }
    const pass = encoder.beginComputePass({ timestampWrites: timer?.writes() });
    for (let i = 0; i * this.#turn < steps; i++) {
      pass.setBindGroup(1, this.#turnGroup, [i * this.#stride]);
      encodeDispatch(pass, this.#dispatch);
    }
    pass.end();
    for (const { buffer, offset, bytes } of this.#kept) {
      encoder.copyBufferToBuffer(this.#state, offset, buffer, 0, bytes);
    }
  }

  dispose(): void {
    this.buffers.destroy(this.#steps);
    this.buffers.destroy(this.#state);
    this.buffers.destroy(this.#turns);
  }
}
