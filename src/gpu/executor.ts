import type { StepValues } from '../kernels/kernel.ts';
import {
  type DeviceInfo,
  type Executor,
  isOwn,
  type Memory,
  type Program,
  sharedTensor,
  type TensorMap,
} from '../plan/executor.ts';
import type { Plan, TensorSpec } from '../plan/plan.ts';
import { describeDevice } from './adapter.ts';
import { Buffers, GpuTensor } from './buffers.ts';
import { DeviceHealth } from './deviceHealth.ts';
import { PipelineManager } from './pipelines.ts';
import { ProfiledProgram } from './profiledProgram.ts';
import type { Profiler } from './profiler.ts';
import { GpuProgram } from './program.ts';
import { Scheduler } from './scheduler.ts';
import { type Prove, VariantChoice } from './variants.ts';

/** Runs plans on a WebGPU device. */
export class GpuExecutor implements Executor {
  readonly backend = 'webgpu';
  readonly info: DeviceInfo;
  readonly maxTensorSize: number;
  readonly #device: GPUDevice;
  readonly #ownsDevice: boolean;
  readonly #buffers: Buffers;
  readonly #pipelines: PipelineManager;
  readonly #health: DeviceHealth;
  readonly #choice: VariantChoice;

  /**
   * `ownsDevice`: destroy the device with the executor. `prove`: checks a kernel on it. `profiler`: time every
   * dispatch.
   */
  constructor(
    device: GPUDevice,
    ownsDevice: boolean,
    prove: (executor: GpuExecutor, ...args: Parameters<Prove>) => ReturnType<Prove>,
    private readonly profiler?: Profiler,
  ) {
    this.#device = device;
    this.#ownsDevice = ownsDevice;
    this.#health = new DeviceHealth(device);
    this.#buffers = new Buffers(device);
    this.#pipelines = new PipelineManager(device);
    this.info = describeDevice(device);
    this.#choice = new VariantChoice(this.info, (kernel) => prove(this, kernel));
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.maxTensorSize = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4);
  }

  allocate(spec: TensorSpec): GpuTensor {
    this.#health.check();
    return new GpuTensor(spec, this.#device, this.#buffers, this.#health);
  }

  async prepare(plan: Plan, shared: TensorMap): Promise<Program> {
    const program = await this.#createProgram(await this.#choice.applyTo(plan), shared);
    const surroundings = [this.#device, this.#buffers, this.#health] as const;
    return this.profiler
      ? new ProfiledProgram(program, ...surroundings, this.profiler)
      : new Scheduler(program, ...surroundings);
  }

  async execute(plan: Plan, shared: TensorMap, values: StepValues): Promise<void> {
    const program = await this.#createProgram(plan, shared);
    program.writeStep(values);
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.encode(pass, 1);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
    program.dispose();
  }

  #createProgram(plan: Plan, shared: TensorMap): Promise<GpuProgram> {
    this.#health.check();
    return GpuProgram.create(plan, this.#device, this.#buffers, this.#pipelines, (spec) =>
      isOwn(spec) ? this.allocate(spec) : (sharedTensor(shared, plan, spec.name) as GpuTensor),
    );
  }

  memory(): Memory {
    return this.#buffers.memory();
  }

  dispose(): void {
    this.#buffers.destroyAll();
    if (this.#ownsDevice) this.#device.destroy();
  }
}
