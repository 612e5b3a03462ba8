import type { Kernel, StepValues } from '../kernels/kernel.ts';
import {
  type DeviceInfo,
  type Executor,
  isOwn,
  type Memory,
  type Precision,
  type Program,
  sharedTensor,
  type TensorMap,
} from '../plan/executor.ts';
import { joinHead } from '../plan/head.ts';
import type { Plan, TensorSpec } from '../plan/plan.ts';
import { planSmall } from '../plan/small.ts';
import { flopsOf } from '../plan/work.ts';
import { describeDevice } from './adapter.ts';
import { Buffers, GpuTensor } from './buffers.ts';
import { DeviceHealth } from './deviceHealth.ts';
import { LayeredWay } from './layeredWay.ts';
import { PersistentWay } from './persistentWay.ts';
import { PipelineManager } from './pipelines.ts';
import { ProfiledProgram } from './profiledProgram.ts';
import type { Profiler } from './profiler.ts';
import { GpuProgram } from './program.ts';
import { Scheduler } from './scheduler.ts';
import { type Prove, type TuneOptions, Tuner, type Tuning } from './tuner.ts';
import { formsOf } from './variants.ts';
import { type WayMaker, Ways } from './ways.ts';

/** Steps that a persistent kernel runs first: of a network that small, they take some milliseconds at most. */
const FIRST_STEPS = 16;
/** Threads in a workgroup that runs whole steps: on a CPU those of one vector, on a GPU enough to fill its core. */
const LANES = { software: 4, hardware: 64 };

/** Floating-point operations of a step up to which one workgroup is expected to be faster than many. */
const SMALL = 20_000;

const ruleFor = (plan: Plan) => (flopsOf(plan) <= SMALL ? 'persistent' : 'layered');

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
  readonly #tuner: Tuner;
  /** The faster way of each small training, by its constants. */
  readonly #faster = new Map<string, string>();

  /**
   * `ownsDevice`: destroy the device with the executor. `prove`: checks a kernel on it. `tune`: how long to look for
   * the fastest variants. `profiler`: time every dispatch. `precision`: what examples are kept as.
   */
  constructor(
    device: GPUDevice,
    ownsDevice: boolean,
    prove: (executor: GpuExecutor, ...args: Parameters<Prove>) => ReturnType<Prove>,
    tune: TuneOptions,
    private readonly profiler?: Profiler,
    readonly precision: Precision = 'f32',
  ) {
    this.#device = device;
    this.#ownsDevice = ownsDevice;
    this.#health = new DeviceHealth(device);
    this.#buffers = new Buffers(device);
    this.#pipelines = new PipelineManager(device);
    this.info = describeDevice(device);
    const parts = [device, this.#buffers, this.#pipelines, this.info] as const;
    this.#tuner = new Tuner(...parts, (kernel) => prove(this, kernel), tune);
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.maxTensorSize = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4);
  }

  allocate(spec: TensorSpec): GpuTensor {
    this.#health.check();
    return new GpuTensor(spec, this.#device, this.#buffers, this.#health);
  }

  async prepare(plan: Plan, shared: TensorMap): Promise<Program> {
    const chosen = this.profiler ? await this.#tuner.settle(this.#withHead(plan)) : plan;
    const program = this.#createProgram(chosen, shared);
    const surroundings = [this.#device, this.#buffers, this.#health] as const;
    try {
      if (!this.profiler) return new Scheduler(program, await this.#createWays(program), ...surroundings);
      const way = await this.#createLayered(program, chosen);
      return new ProfiledProgram(program, way, ...surroundings, this.profiler);
    } catch (error) {
      program.dispose();
      throw error;
    }
  }

  async execute(plan: Plan, shared: TensorMap, values: StepValues): Promise<void> {
    const program = this.#createProgram(plan, shared);
    try {
      const way = await this.#createLayered(program, plan);
      const table = way.createTable();
      table.set(0, values);
      table.count = 1;
      way.write(table);
      const encoder = this.#device.createCommandEncoder();
      way.encode(encoder, 1);
      this.#device.queue.submit([encoder.finish()]);
      way.dispose();
    } finally {
      program.dispose();
    }
  }

  #createProgram(plan: Plan, shared: TensorMap): GpuProgram {
    this.#health.check();
    return new GpuProgram(plan, this.#device, (spec) =>
      isOwn(spec) ? this.allocate(spec) : (sharedTensor(shared, plan, spec.name) as GpuTensor),
    );
  }

  #createLayered(program: GpuProgram, plan: Plan): Promise<LayeredWay> {
    const bufferOf = (name: string) => program.bufferOf(name);
    return LayeredWay.create(plan, this.#device, this.#buffers, this.#pipelines, bufferOf);
  }

  /**
   * By one kernel where the plan allows it, unless training of that shape is faster layer by layer. That is tried where
   * the ways are known to have the same bits; elsewhere a rule decides, so that the same training does not end in
   * other bits because a trial fell out differently.
   */
  #createWays(program: GpuProgram): Promise<Ways> {
    const { plan } = program;
    const layered: WayMaker = {
      name: 'layered',
      first: 1,
      make: async () => {
        const joined = this.#withHead(plan);
        const way = await this.#createLayered(program, await this.#tuner.applyTo(joined));
        this.#tuner.tune(joined, way);
        return way;
      },
    };
    const training = planSmall(plan, this.#smallDevice);
    if (typeof training === 'string') return Ways.create([layered], () => {});
    const bufferOf = (name: string) => program.bufferOf(name);
    const persistent: WayMaker = {
      name: 'persistent',
      first: FIRST_STEPS,
      make: () =>
        PersistentWay.create(plan, training, this.#device, this.#buffers, this.#pipelines, bufferOf),
    };
    const shape = JSON.stringify(training.call.constants);
    const both = [persistent, layered];
    const choice = this.#faster.get(shape) ?? (this.#hasOneRounding ? undefined : ruleFor(plan));
    const chosen = both.filter(({ name }) => choice === undefined || name === choice);
    return Ways.create(chosen, (name) => this.#faster.set(shape, name));
  }

  /** The plan's last dense layer by one kernel where it is small: whose calls take longer to begin than to do. */
  #withHead(plan: Plan): Plan {
    return joinHead(plan, this.#smallDevice.lanes);
  }

  /** Other compilers fuse a product and a sum, which then round once, in one kernel and not in another. */
  get #hasOneRounding(): boolean {
    return this.info.architecture === 'swiftshader';
  }

  /** On a CPU all memory is the same, and a workgroup's own has to be cleared. */
  get #smallDevice() {
    if (this.info.isFallbackAdapter) return { lanes: LANES.software, storage: 0 };
    return { lanes: LANES.hardware, storage: this.#device.limits.maxComputeWorkgroupStorageSize };
  }

  /** The kernel in every form that it may be run in here, itself first. */
  formsOf(kernel: Kernel): Kernel[] {
    const forms = formsOf(kernel, this.info).map((form) => form.kernel);
    return [kernel, ...forms.filter((form) => form !== kernel)];
  }

  tuning(): Tuning {
    return this.#tuner.report;
  }

  memory(): Memory {
    return this.#buffers.memory();
  }

  dispose(): void {
    this.#tuner.dispose();
    this.#buffers.destroyAll();
    if (this.#ownsDevice) this.#device.destroy();
  }
}
