/** A model on one device: its parameters, the optimizer's moments and averages, and the count of steps that led there. */
import type { Network } from '../model/network.ts';
import { initialContents, networkTensors } from '../model/parameters.ts';
import type { DeviceTensor, Executor, FloatArray, Program, TensorMap } from '../plan/executor.ts';
import { withHalves } from '../plan/halves.ts';
import { type Plan, sizeOf, type TensorSpec } from '../plan/plan.ts';

/** All that a training has become: a session made from it goes on as the one it was taken from would have. */
export interface TrainingState {
  /** Optimizer steps done. */
  readonly step: number;
  /** Epochs drawn from the seed. */
  readonly epoch: number;
  /** Parameters and moving statistics, the optimizer's moments and averages: as exact as the device has them. */
  readonly tensors: readonly { readonly spec: TensorSpec; readonly data: FloatArray }[];
}

/** A training before its first step. */
export function initialState(network: Network): TrainingState {
  const contents = initialContents(network);
  const tensors = networkTensors(network).map(({ name, shape }) => ({
    spec: { name, shape, type: 'f32', role: 'model' } as const,
    data: contents.get(name) as Float32Array,
  }));
  return { step: 0, epoch: 0, tensors };
}

export class Session {
  /** Optimizer steps done. */
  step: number;
  /** Epochs drawn from the seed. */
  epoch: number;
  /** Changes whenever the optimizer starts anew. */
  optimizerId = 0;
  readonly #tensors = new Map<string, DeviceTensor>();
  #running = false;
  #disposed = false;

  /** @throws when the device has no room for the state; then nothing of it stays there */
  constructor(
    readonly network: Network,
    readonly executor: Executor,
    { step, epoch, tensors }: TrainingState = initialState(network),
  ) {
    this.step = step;
    this.epoch = epoch;
    try {
      for (const { spec, data } of tensors) this.#allocate(spec).write(data);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** A copy of the training as it is now; whole where nothing trains meanwhile. */
  async capture(): Promise<TrainingState> {
    const { step, epoch } = this;
    const tensors = [...this.#tensors.values()];
    const contents = await Promise.all(tensors.map((tensor) => tensor.read()));
    return { step, epoch, tensors: tensors.map(({ spec }, i) => ({ spec, data: contents[i] })) };
  }

  /** Makes a plan ready, with `data` as its data tensors. Moments it asks for start at zero, and stay. */
  async prepare(given: Plan, data: TensorMap): Promise<Program> {
    const plan = data.get('x')?.spec.type === 'f16' ? withHalves(given) : given;
    const added: DeviceTensor[] = [];
    try {
      for (const spec of plan.tensors.values()) {
        if (spec.role !== 'model' || this.#tensors.has(spec.name)) continue;
        const tensor = this.#allocate(spec);
        added.push(tensor);
        if (spec.initial) tensor.write(new Float32Array(sizeOf(spec)).fill(spec.initial));
      }
      return await this.executor.prepare(plan, new Map([...this.#tensors, ...data]));
    } catch (error) {
      // Where there was no memory for the plan there may have been none for them.
      for (const tensor of added) this.#free(tensor);
      throw error;
    }
  }

  /** Forgets the optimizer's moments, averages and count of steps. */
  resetOptimizer(): void {
    this.step = 0;
    this.optimizerId++;
    for (const [name, tensor] of this.#tensors) {
      if (/\/(moments|average)$/.test(name)) this.#free(tensor);
    }
  }

  /** Keeps two trainings from taking turns at the same weights. */
  async exclusively<T>(run: () => Promise<T>): Promise<T> {
    if (this.#disposed)
      throw new Error('the model has moved since, or been disposed of: ask it for a new trainer');
    if (this.#running) throw new Error('the model is training already; wait for that to end, or abort it');
    this.#running = true;
    try {
      return await run();
    } finally {
      this.#running = false;
    }
  }

  /** What the layers' tensors hold, by name. */
  async readLayers(): Promise<Map<string, Float32Array>> {
    const names = networkTensors(this.network).map(({ name }) => name);
    const data = await Promise.all(names.map((name) => this.#tensor(name).read()));
    return new Map(names.map((name, i) => [name, Float32Array.from(data[i])]));
  }

  writeLayers(contents: ReadonlyMap<string, Float32Array>): void {
    for (const [name, data] of contents) this.#tensor(name).write(data);
  }

  /** The parameters become their averages, where the optimizer keeps any. */
  applyAverages(): Promise<void> {
    return this.exclusively(async () => {
      if (this.step === 0) return;
      const averages = [...this.#tensors].filter(([name]) => name.endsWith('/average'));
      const data = await Promise.all(averages.map(([, tensor]) => tensor.read()));
      for (const [i, [name]] of averages.entries()) {
        this.#tensor(name.replace(/average$/, 'parameters')).write(data[i]);
      }
    });
  }

  dispose(): void {
    this.#disposed = true;
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }

  #allocate(spec: TensorSpec): DeviceTensor {
    const tensor = this.executor.allocate(spec);
    this.#tensors.set(spec.name, tensor);
    return tensor;
  }

  #free(tensor: DeviceTensor): void {
    tensor.dispose();
    this.#tensors.delete(tensor.spec.name);
  }

  #tensor(name: string): DeviceTensor {
    return this.#tensors.get(name) as DeviceTensor;
  }
}
