import { Buffers, GpuTensor } from '../../src/gpu/buffers.ts';
import { DeviceHealth } from '../../src/gpu/deviceHealth.ts';
import { LayeredWay } from '../../src/gpu/layeredWay.ts';
import { PersistentWay } from '../../src/gpu/persistentWay.ts';
import { PipelineManager } from '../../src/gpu/pipelines.ts';
import { GpuProgram } from '../../src/gpu/program.ts';
import { Scheduler } from '../../src/gpu/scheduler.ts';
import type { Way } from '../../src/gpu/way.ts';
import { Ways } from '../../src/gpu/ways.ts';
import { type Executor, isOwn, sharedTensor, type TensorMap } from '../../src/plan/executor.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planSmall, type SmallDevice } from '../../src/plan/small.ts';

/** Runs plans in one way only: layer by layer, or by one kernel for a device with these properties. */
export class WayRunner implements Pick<Executor, 'allocate' | 'prepare'> {
  readonly #device: GPUDevice;
  readonly #health: DeviceHealth;
  readonly #buffers: Buffers;
  readonly #pipelines: PipelineManager;

  constructor(
    device: GPUDevice,
    private readonly small?: SmallDevice,
  ) {
    this.#device = device;
    this.#health = new DeviceHealth(device);
    this.#buffers = new Buffers(device);
    this.#pipelines = new PipelineManager(device);
  }

  allocate(spec: GpuTensor['spec']): GpuTensor {
    return new GpuTensor(spec, this.#device, this.#buffers, this.#health);
  }

  async prepare(plan: Plan, shared: TensorMap) {
    const program = new GpuProgram(plan, this.#device, (spec) =>
      isOwn(spec) ? this.allocate(spec) : (sharedTensor(shared, plan, spec.name) as GpuTensor),
    );
    const make = () => this.#make(plan, (name) => program.bufferOf(name));
    const ways = await Ways.create([{ name: 'the only one', first: 2, make }], () => {});
    return new Scheduler(program, ways, this.#device, this.#buffers, this.#health);
  }

  #make(plan: Plan, bufferOf: (name: string) => GPUBuffer): Promise<Way> {
    const surroundings = [this.#device, this.#buffers, this.#pipelines, bufferOf] as const;
    if (!this.small) return LayeredWay.create(plan, ...surroundings);
    const training = planSmall(plan, this.small);
    if (typeof training === 'string') throw new Error(training);
    return PersistentWay.create(plan, training, ...surroundings);
  }
}
