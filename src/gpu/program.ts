/** A plan on a GPU: everything that a step needs is created here, once, before the first step runs. */
import type { Kernel, StepValues } from '../kernels/kernel.ts';
import { isOwn } from '../plan/executor.ts';
import type { KernelCall, Plan, TensorSpec } from '../plan/plan.ts';
import { StepTable } from '../plan/steps.ts';
import type { Buffers, GpuTensor } from './buffers.ts';
import type { PipelineManager } from './pipelines.ts';

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly grid: readonly [number, number];
}

/** The workgroups for that many threads in a row, in two dimensions where one would be too long. */
export function workgroups(kernel: Kernel, threads: number, most: number): [number, number] {
  const groups = Math.max(1, Math.ceil(threads / kernel.shader.workgroupSize[0]));
  return groups <= most ? [groups, 1] : [most, Math.ceil(groups / most)];
}

export class GpuProgram {
  readonly #device: GPUDevice;
  readonly #buffers: Buffers;
  readonly #stepBuffer: GPUBuffer;
  readonly #stride: number;
  readonly #dispatches: readonly Dispatch[];
  readonly #stepGroup: GPUBindGroup;

  private constructor(
    readonly plan: Plan,
    device: GPUDevice,
    buffers: Buffers,
    pipelines: PipelineManager,
    private readonly tensors: ReadonlyMap<string, GpuTensor>,
    compiled: readonly GPUComputePipeline[],
  ) {
    this.#device = device;
    this.#buffers = buffers;
    const table = this.createTable();
    this.#stride = table.stride;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#stepBuffer = buffers.create('steps', table.words.byteLength, usage);
    this.#stepGroup = device.createBindGroup({
      layout: pipelines.stepLayout,
      entries: [{ binding: 0, resource: { buffer: this.#stepBuffer, size: StepTable.size } }],
    });
    this.#dispatches = plan.calls.map((call, i) => ({
      pipeline: compiled[i],
      bindGroup: createBindGroup(device, pipelines.tensorLayout(call.kernel.shader), call, tensors),
      grid: workgroups(
        call.kernel,
        call.kernel.threads(call.constants),
        device.limits.maxComputeWorkgroupsPerDimension,
      ),
    }));
  }

  /** Compiles the plan's kernels, all at once, and binds its tensors: `tensorFor` gives each, new or shared. */
  static async create(
    plan: Plan,
    device: GPUDevice,
    buffers: Buffers,
    pipelines: PipelineManager,
    tensorFor: (spec: TensorSpec) => GpuTensor,
  ): Promise<GpuProgram> {
    const compiled = await Promise.all(
      plan.calls.map(({ kernel, constants }) => pipelines.get(kernel.shader, constants)),
    );
    const tensors = new Map<string, GpuTensor>();
    try {
      for (const spec of plan.tensors.values()) tensors.set(spec.name, tensorFor(spec));
      return new GpuProgram(plan, device, buffers, pipelines, tensors, compiled);
    } catch (error) {
      disposeOwn(tensors);
      throw error;
    }
  }

  /** The table of losses that each step adds a row to; none in a plan that computes no loss. */
  get metrics(): GPUBuffer | undefined {
    return this.tensors.get('metrics')?.buffer;
  }

  /** A table to load steps into, again and again. */
  createTable(): StepTable {
    return new StepTable(this.plan, { alignment: this.#device.limits.minUniformBufferOffsetAlignment });
  }

  /** Writes the steps to the device's tables. */
  write({ count, end, rows, words }: StepTable): void {
    this.#device.queue.writeBuffer(bufferOf(this.tensors, 'permutation'), 0, rows, 0, end);
    this.#device.queue.writeBuffer(this.#stepBuffer, 0, words, 0, (count * this.#stride) / 4);
  }

  /** Puts exactly this step into the table. */
  writeStep(step: StepValues): void {
    const table = this.createTable();
    table.set(0, step);
    this.#device.queue.writeBuffer(this.#stepBuffer, 0, table.words, 0, this.#stride / 4);
  }

  /** Records the steps written last. WebGPU itself orders the dispatches of a pass by what they read and write. */
  encode(pass: GPUComputePassEncoder, steps: number): void {
    for (let step = 0; step < steps; step++) {
      pass.setBindGroup(1, this.#stepGroup, [step * this.#stride]);
      for (const dispatch of this.#dispatches) encodeDispatch(pass, dispatch);
    }
  }

  /** The same with a pass for every dispatch, which leaves its begin and end in the query set. */
  encodeTimed(encoder: GPUCommandEncoder, steps: number, querySet: GPUQuerySet): void {
    let timestamp = 0;
    for (let step = 0; step < steps; step++) {
      for (const dispatch of this.#dispatches) {
        const pass = encoder.beginComputePass({
          timestampWrites: {
            querySet,
            beginningOfPassWriteIndex: timestamp++,
            endOfPassWriteIndex: timestamp++,
          },
        });
        pass.setBindGroup(1, this.#stepGroup, [step * this.#stride]);
        encodeDispatch(pass, dispatch);
        pass.end();
      }
    }
  }

  dispose(): void {
    this.#buffers.destroy(this.#stepBuffer);
    disposeOwn(this.tensors);
  }
}

function encodeDispatch(pass: GPUComputePassEncoder, { pipeline, bindGroup, grid }: Dispatch): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(grid[0], grid[1]);
}

function disposeOwn(tensors: ReadonlyMap<string, GpuTensor>): void {
  for (const tensor of tensors.values()) if (isOwn(tensor.spec)) tensor.dispose();
}

function bufferOf(tensors: ReadonlyMap<string, GpuTensor>, name: string): GPUBuffer {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the plan has no tensor '${name}'`);
  return tensor.buffer;
}

function createBindGroup(
  device: GPUDevice,
  layout: GPUBindGroupLayout,
  { kernel, tensors: names }: KernelCall,
  tensors: ReadonlyMap<string, GpuTensor>,
): GPUBindGroup {
  const entries = Object.entries(names).map(([binding, name]) => ({
    binding: kernel.shader.bindings[binding].binding,
    resource: { buffer: bufferOf(tensors, name) },
  }));
  return device.createBindGroup({ label: kernel.shader.name, layout, entries });
}
