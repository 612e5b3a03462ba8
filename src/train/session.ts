/** A model on one device: its parameters, the optimizer's moments and averages, and the count of steps that led there. */
import type { Network } from '../model/network.ts';
import { initialContents, networkTensors } from '../model/parameters.ts';
import type { DeviceTensor, Executor, Program, TensorMap } from '../plan/executor.ts';
import { type Plan, sizeOf } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';

export class Session {
  /** Optimizer steps done. */
  step = 0;
  /** Epochs drawn from the seed. */
  epoch = 0;
  /** Changes whenever the optimizer starts anew. */
  optimizerId = 0;
  readonly executor: Executor;
  readonly #tensors = new Map<string, DeviceTensor>();
  #running = false;

  constructor(
    readonly network: Network,
    readonly runtime: Runtime,
    contents: ReadonlyMap<string, Float32Array> = initialContents(network),
  ) {
    this.executor = runtime.executor;
    for (const { name, shape } of networkTensors(network)) {
      this.#tensors.set(name, this.executor.allocate({ name, shape, type: 'f32', role: 'model' }));
    }
    this.writeLayers(contents);
  }

  /** Makes a plan ready, with `data` as its data tensors. Moments it asks for start at zero, and stay. */
  prepare(plan: Plan, data: TensorMap): Promise<Program> {
    for (const spec of plan.tensors.values()) {
      if (spec.role === 'model' && !this.#tensors.has(spec.name)) {
        const tensor = this.executor.allocate(spec);
        if (spec.initial) tensor.write(new Float32Array(sizeOf(spec)).fill(spec.initial));
        this.#tensors.set(spec.name, tensor);
      }
    }
    return this.executor.prepare(plan, new Map([...this.#tensors, ...data]));
  }

  /** Forgets the optimizer's moments, averages and count of steps. */
  resetOptimizer(): void {
    this.step = 0;
    this.optimizerId++;
    for (const [name, tensor] of this.#tensors) {
      if (!/\/(moments|average)$/.test(name)) continue;
      tensor.dispose();
      this.#tensors.delete(name);
    }
  }

  /** Keeps two trainings from taking turns at the same weights. */
  async exclusively<T>(run: () => Promise<T>): Promise<T> {
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
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }

  #tensor(name: string): DeviceTensor {
    return this.#tensors.get(name) as DeviceTensor;
  }
}
