import type { StepValues } from '../../kernels/kernel.ts';
import {
  type DeviceInfo,
  type DeviceTensor,
  type Executor,
  type FloatArray,
  isOwn,
  type Memory,
  type Program,
  sharedTensor,
  type TensorMap,
} from '../../plan/executor.ts';
import { type Plan, sizeOf, type TensorSpec } from '../../plan/plan.ts';
import { type Block, Heap } from './heap.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { hasRelaxedSimd } from './module.ts';
import { WasmProgram } from './program.ts';

/** A tensor in WebAssembly's memory. */
class WasmTensor implements DeviceTensor {
  readonly block: Block;

  constructor(
    readonly spec: TensorSpec,
    private readonly heap: Heap,
  ) {
    this.block = heap.allocate(spec.name, 4 * sizeOf(spec));
  }

  write(data: FloatArray | Uint32Array, at = 0): void {
    const Numbers = this.spec.type === 'u32' ? Uint32Array : Float32Array;
    this.heap.machine.write(this.block.start + 4 * at, data instanceof Numbers ? data : new Numbers(data));
  }

  async read(): Promise<FloatArray> {
    const { start, bytes } = this.block;
    const contents = await this.heap.machine.ask('read', start, bytes);
    return this.spec.type === 'u32'
      ? Float32Array.from(new Uint32Array(contents))
      : new Float32Array(contents);
  }

  dispose(): void {
    this.heap.free(this.block);
  }
}

/** Runs plans by WebAssembly kernels. */
export class WasmExecutor implements Executor {
  readonly backend = 'cpu';
  readonly info: DeviceInfo;
  readonly maxTensorSize = 2 ** 28;
  readonly #heap: Heap;

  private constructor(machine: Machine, relaxed: boolean) {
    this.#heap = new Heap(machine);
    const { threads } = machine;
    const features = ['simd', ...(relaxed ? ['relaxed-simd'] : []), ...(threads > 1 ? ['threads'] : [])];
    this.info = {
      vendor: '',
      architecture: '',
      description: `WebAssembly ${relaxed ? 'relaxed SIMD' : 'SIMD'} on the CPU, ${threads} thread${threads > 1 ? 's' : ''}`,
      isFallbackAdapter: true,
      features,
      limits: {},
    };
  }

  static async create(options: Partial<MachineOptions> = {}): Promise<WasmExecutor> {
    const { relaxed = hasRelaxedSimd() } = options;
    return new WasmExecutor(await Machine.create({ ...options, relaxed }), relaxed);
  }

  allocate(spec: TensorSpec): WasmTensor {
    return new WasmTensor(spec, this.#heap);
  }

  prepare(plan: Plan, tensors: TensorMap): Promise<Program> {
    return this.#createProgram(plan, tensors);
  }

  async execute(plan: Plan, tensors: TensorMap, values: StepValues): Promise<void> {
    const program = await this.#createProgram(plan, tensors);
    try {
      await program.step(values);
    } finally {
      program.dispose();
    }
  }

  memory(): Memory {
    return this.#heap.count();
  }

  dispose(): void {
    this.#heap.freeAll();
    this.#heap.machine.dispose();
  }

  async #createProgram(plan: Plan, shared: TensorMap): Promise<WasmProgram> {
    const own: WasmTensor[] = [];
    const places = new Map<string, number>();
    const free = () => {
      for (const tensor of own) tensor.dispose();
    };
    try {
      for (const spec of plan.tensors.values()) {
        const tensor = isOwn(spec)
          ? this.allocate(spec)
          : (sharedTensor(shared, plan, spec.name) as WasmTensor);
        if (isOwn(spec)) own.push(tensor);
        places.set(spec.name, tensor.block.start);
      }
      return await WasmProgram.create(plan, this.#heap, (name) => places.get(name) ?? 0, free);
    } catch (error) {
      free();
      throw error;
    }
  }
}
