/** The float64 oracle: runs a plan by the kernels' reference formulas. */
import type { HostTensors, StepValues } from '../kernels/kernel.ts';
import {
  type DeviceInfo,
  type DeviceTensor,
  type Executor,
  type FloatArray,
  isOwn,
  type Memory,
  type Program,
  type RunOptions,
  sharedTensor,
  type TensorMap,
} from '../plan/executor.ts';
import { type Chunk, feed } from '../plan/feed.ts';
import { type KernelCall, type Plan, sizeOf, type TensorSpec } from '../plan/plan.ts';
import { giveWay } from '../plan/slices.ts';
import { StepResults, type StepSource, StepTable } from '../plan/steps.ts';

class HostTensor implements DeviceTensor {
  readonly data: Float64Array;

  constructor(
    readonly spec: TensorSpec,
    private readonly onDispose: (tensor: HostTensor) => void,
  ) {
    this.data = new Float64Array(sizeOf(spec));
  }

  write(data: FloatArray | Uint32Array, at = 0): void {
    this.data.set(data, at);
  }

  async read(): Promise<FloatArray> {
    return this.data.slice();
  }

  dispose(): void {
    this.onDispose(this);
  }
}

export class ReferenceExecutor implements Executor {
  readonly backend = 'reference';
  readonly info: DeviceInfo = {
    vendor: '',
    architecture: '',
    description: 'float64 reference on the CPU',
    isFallbackAdapter: true,
    features: [],
    limits: {},
  };
  readonly maxTensorSize = 2 ** 28;
  readonly #tensors = new Set<HostTensor>();

  allocate(spec: TensorSpec): HostTensor {
    const tensor = new HostTensor(spec, (gone) => this.#tensors.delete(gone));
    this.#tensors.add(tensor);
    return tensor;
  }

  async prepare(plan: Plan, tensors: TensorMap): Promise<Program> {
    return this.#createProgram(plan, tensors);
  }

  async execute(plan: Plan, tensors: TensorMap, values: StepValues): Promise<void> {
    const program = this.#createProgram(plan, tensors);
    program.step(values);
    program.dispose();
  }

  #createProgram(plan: Plan, tensors: TensorMap): ReferenceProgram {
    const own: HostTensor[] = [];
    const data: HostTensors = {};
    for (const spec of plan.tensors.values()) {
      const tensor = isOwn(spec)
        ? this.allocate(spec)
        : (sharedTensor(tensors, plan, spec.name) as HostTensor);
      if (isOwn(spec)) own.push(tensor);
      data[spec.name] = tensor.data;
    }
    return new ReferenceProgram(plan, data, () => {
      for (const tensor of own) tensor.dispose();
    });
  }

  memory(): Memory {
    const bytes = [...this.#tensors].reduce((sum, { data }) => sum + data.byteLength, 0);
    return { buffers: this.#tensors.size, bytes };
  }

  dispose(): void {
    this.#tensors.clear();
  }
}

class ReferenceProgram implements Program {
  readonly depth = 1;
  readonly most = 1;
  readonly #table: StepTable;
  readonly results: StepResults;
  readonly #calls: { call: KernelCall; tensors: HostTensors }[];

  constructor(
    readonly plan: Plan,
    private readonly data: HostTensors,
    readonly dispose: () => void,
  ) {
    const single = { ...plan, slots: 1 };
    this.#table = new StepTable(single, { exact: true });
    this.results = new StepResults(single);
    this.#calls = plan.calls.map((call) => {
      const named = Object.entries(call.tensors).map(([binding, name]) => [binding, data[name]]);
      return { call, tensors: Object.fromEntries(named) };
    });
  }

  run(source: StepSource, options?: RunOptions): Promise<number> {
    return feed(this, source, options);
  }

  nextChunk(): Chunk {
    return { table: this.#table, size: 1, submit: () => this.#submit(), release: () => {} };
  }

  async #submit(): Promise<FloatArray | undefined> {
    await giveWay();
    this.data.permutation.set(this.#table.rows);
    this.step(this.#table.get(0));
    return this.data.metrics;
  }

  step(values: StepValues): void {
    for (const { call, tensors } of this.#calls) call.kernel.reference(tensors, call.constants, values);
  }
}
