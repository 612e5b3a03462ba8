/** A plan: kernel calls in order, over named tensors. Plain data that any executor can run. */
import {
  type Constant,
  type ConstantsOf,
  type Kernel,
  resolveConstants,
  type TensorNames,
  tensorsOf,
} from '../kernels/kernel.ts';
import type { Shader } from '../kernels/shader.ts';
import type { NetworkLayer } from '../model/network.ts';
import { layerTensors } from '../model/parameters.ts';
import { printTable } from '../model/summary.ts';

/**
 * `model`: outlives the plan, as weights do; `data`: what the plan is fed or leaves; `table`: a row for each step
 * of a submission, which the executor writes or reads; `scratch`: the plan's own.
 */
export type TensorRole = 'model' | 'data' | 'table' | 'scratch';

export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** `f16`: two numbers to a word. */
  readonly type: 'f32' | 'u32' | 'f16';
  readonly role: TensorRole;
  /** What every element starts as: 0 when not given. */
  readonly initial?: number;
}

export interface KernelCall {
  readonly kernel: Kernel;
  /** Tensor names by binding. */
  readonly tensors: Readonly<Record<string, string>>;
  /** A value for every constant of the shader. */
  readonly constants: Readonly<Record<string, Constant>>;
}

export interface Plan {
  readonly name: string;
  /** Rows of a batch. */
  readonly batch: number;
  /** The most steps that can be told apart in one submission: rows of the metrics table. */
  readonly slots: number;
  /** Pairs of numbers in a row of the metrics table that hold the loss; sums for the metrics may follow. */
  readonly lossPairs: number;
  /** Numbers in a row of the metrics table; 0 in a plan that computes no loss. */
  readonly metricsWidth: number;
  readonly tensors: ReadonlyMap<string, TensorSpec>;
  readonly calls: readonly KernelCall[];
  toString(): string;
}

export const sizeOf = ({ shape }: { shape: readonly number[] }) => shape.reduce((a, b) => a * b, 1);

/** Collects tensors and calls into a plan. */
export class PlanBuilder {
  readonly #tensors = new Map<string, TensorSpec>();
  readonly #calls: KernelCall[] = [];
  lossPairs = 0;

  constructor(
    readonly name: string,
    readonly batch: number,
    readonly slots: number,
  ) {}

  /** Declares a tensor and returns its name. Declaring it again, the same, is harmless. */
  tensor(
    name: string,
    shape: readonly number[],
    role: TensorRole,
    { type = 'f32', initial = 0 }: Partial<Pick<TensorSpec, 'type' | 'initial'>> = {},
  ): string {
    const known = this.#tensors.get(name);
    if (known && known.shape.join() !== shape.join()) {
      throw new Error(`tensor ${name}: declared as [${known.shape}] and as [${shape}]`);
    }
    this.#tensors.set(name, known ?? { name, shape, role, type, initial });
    return name;
  }

  shape(name: string): readonly number[] {
    const spec = this.#tensors.get(name);
    if (!spec) throw new Error(`tensor ${name} is not declared`);
    return spec.shape;
  }

  call<S extends Shader>(
    kernel: Kernel<S>,
    tensors: Record<TensorNames<S>, string>,
    constants: Partial<ConstantsOf<S>>,
  ): void {
    for (const binding of tensorsOf(kernel.shader)) this.shape(tensors[binding as TensorNames<S>]);
    this.#calls.push({
      kernel: kernel as unknown as Kernel,
      tensors,
      constants: resolveConstants(kernel.shader, constants) as KernelCall['constants'],
    });
  }

  build(): Plan {
    const { name, batch, slots, lossPairs } = this;
    const metrics = this.#tensors.get('metrics');
    const metricsWidth = metrics ? sizeOf(metrics) / slots : 0;
    const plan = { name, batch, slots, lossPairs, metricsWidth, tensors: this.#tensors, calls: this.#calls };
    return printable(plan);
  }
}

export const printable = (plan: Omit<Plan, 'toString'>): Plan => ({
  ...plan,
  toString: () => printPlan(plan),
});

/** Bytes of one of its numbers. */
export const bytesPerNumber = ({ type }: TensorSpec) => (type === 'f16' ? 2 : 4);

/** Declares what the layer keeps, and returns the tensors' names. */
export const declareLayer = (builder: PlanBuilder, layer: NetworkLayer): string[] =>
  layerTensors(layer).map(({ name, shape }) => builder.tensor(name, shape, 'model'));

/** The plan as a table: a line a call. */
function printPlan({ name, batch, tensors, calls }: Omit<Plan, 'toString'>): string {
  const rows = calls.map(({ kernel, tensors: names, constants }, i) => [
    String(i + 1),
    kernel.shader.name,
    Object.entries(names)
      .map(([binding, tensor]) => `${binding}=${tensor}[${tensors.get(tensor)?.shape.join('×')}]`)
      .join(' '),
    Object.entries(constants)
      .filter(([constant, value]) => Number(value) !== kernel.shader.constants[constant].default)
      .map(([constant, value]) => `${constant}=${value}`)
      .join(' '),
  ]);
  return `${name}, batch ${batch}\n${printTable(['step', 'kernel', 'tensors', 'constants'], rows)}`;
}
