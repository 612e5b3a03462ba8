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
import { type Block, WasmMemory } from './memory.ts';
import { compileKernels, hasRelaxedSimd, instantiate } from './module.ts';
import { type Runner, WasmProgram } from './program.ts';

/** A tensor in WebAssembly's memory. */
class WasmTensor implements DeviceTensor {
  readonly block: Block;

  constructor(
    readonly spec: TensorSpec,
    private readonly memory: WasmMemory,
  ) {
    this.block = memory.allocate(spec.name, 4 * sizeOf(spec));
  }

  write(data: FloatArray | Uint32Array): void {
    this.#numbers.set(data);
  }

  async read(): Promise<FloatArray> {
    return Float32Array.from(this.#numbers);
  }

  dispose(): void {
    this.memory.free(this.block);
  }

  get #numbers(): Float32Array | Uint32Array {
    const { words, floats } = this.memory;
    const at = this.block.start / 4;
    return (this.spec.type === 'u32' ? words : floats).subarray(at, at + sizeOf(this.spec));
  }
}

/** Runs plans by WebAssembly kernels. */
export class WasmExecutor implements Executor {
  readonly backend = 'cpu';
  readonly info: DeviceInfo;
  readonly maxTensorSize = 2 ** 28;

  private constructor(
    private readonly storage: WasmMemory,
    private readonly runner: Runner,
    relaxed: boolean,
  ) {
    const features = [
      'simd',
      ...(relaxed ? ['relaxed-simd'] : []),
      ...(runner.threads > 1 ? ['threads'] : []),
    ];
    const threads = runner.threads > 1 ? `${runner.threads} threads` : '1 thread';
    this.info = {
      vendor: '',
      architecture: '',
      description: `WebAssembly ${relaxed ? 'relaxed SIMD' : 'SIMD'} on the CPU, ${threads}`,
      isFallbackAdapter: true,
      features,
      limits: {},
    };
  }

  /** `relaxed`: whether to use relaxed SIMD, which the engine must have then. */
  static async create({ relaxed = hasRelaxedSimd() } = {}): Promise<WasmExecutor> {
    const storage = new WasmMemory(false);
    const kernels = instantiate(await compileKernels(false, relaxed), storage.memory);
    const runner: Runner = {
      threads: 1,
      scratchSize: kernels.scratchSize,
      run: (program, steps) => kernels.run(program, steps, 0, 1),
    };
    return new WasmExecutor(storage, runner, relaxed);
  }

  allocate(spec: TensorSpec): WasmTensor {
    return new WasmTensor(spec, this.storage);
  }

  async prepare(plan: Plan, tensors: TensorMap): Promise<Program> {
    return this.#createProgram(plan, tensors);
  }

  async execute(plan: Plan, tensors: TensorMap, values: StepValues): Promise<void> {
    const program = this.#createProgram(plan, tensors);
    try {
      await program.step(values);
    } finally {
      program.dispose();
    }
  }

  memory(): Memory {
    return this.storage.count();
  }

  dispose(): void {
    this.storage.freeAll();
  }

  #createProgram(plan: Plan, shared: TensorMap): WasmProgram {
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
      return new WasmProgram(plan, this.storage, this.runner, (name) => places.get(name) ?? 0, free);
    } catch (error) {
      free();
      throw error;
    }
  }
}
