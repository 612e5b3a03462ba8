/** A model on one device: its parameters, the optimizer's moments, and the count of steps that led there. */
import { denseLayers, initialParameters, type Network, type NetworkDense } from '../model/network.ts';
import type { DeviceTensor, Executor, Program, TensorMap } from '../plan/executor.ts';
import { type Plan, sizeOf } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';

const parametersOf = (layer: { name: string }) => `${layer.name}/parameters`;

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
    parameters?: ReadonlyMap<string, Float32Array>,
  ) {
    this.executor = runtime.executor;
    for (const layer of denseLayers(network)) {
      const { inputs, units } = layer;
      const spec = {
        name: parametersOf(layer),
        shape: [inputs + 1, units],
        type: 'f32',
        role: 'model',
      } as const;
      const tensor = this.executor.allocate(spec);
      tensor.write(parameters?.get(layer.name) ?? initialParameters(network, layer));
      this.#tensors.set(spec.name, tensor);
    }
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

  /** Forgets the optimizer's moments and its count of steps. */
  resetOptimizer(): void {
    this.step = 0;
    this.optimizerId++;
    for (const [name, tensor] of this.#tensors) {
      if (!name.endsWith('/moments')) continue;
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

  /** Parameters of every dense layer, `[inputs + 1, units]`, by the layer's name. */
  async readParameters(): Promise<Map<string, Float32Array>> {
    const layers = denseLayers(this.network);
    const data = await Promise.all(layers.map((layer) => this.#parameters(layer).read()));
    return new Map(layers.map((layer, i) => [layer.name, Float32Array.from(data[i])]));
  }

  writeParameters(layer: NetworkDense, data: Float32Array): void {
    this.#parameters(layer).write(data);
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }

  #parameters(layer: NetworkDense): DeviceTensor {
    return this.#tensors.get(parametersOf(layer)) as DeviceTensor;
  }
}
