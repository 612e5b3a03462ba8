/** What a plan needs of a device. `gpu/` and `cpu/` each have one; neither knows the other. */
import type { StepValues } from '../kernels/kernel.ts';
import type { Plan, TensorSpec } from './plan.ts';

export type FloatArray = Float32Array | Float64Array;

/** A tensor that lives on a device. */
export interface DeviceTensor {
  readonly spec: TensorSpec;
  write(data: FloatArray | Uint32Array): void;
  /** A copy of the contents, once all work submitted before has finished. */
  read(): Promise<FloatArray>;
  dispose(): void;
}

/**
 * Gives a program its steps, one after the other. They are written into memory that the program keeps: there may be
 * a hundred thousand a second, and none of them is to allocate anything.
 */
export interface StepSource {
  /**
   * Writes the next step into `step`, but for `first` and `slot`, which are the program's own, and the numbers of
   * its rows into `rows` from `step.first` on. False when there is none.
   */
  next(step: StepValues, rows: Uint32Array): boolean;
}

export interface StepMetrics {
  /** Mean over the batch's rows. */
  readonly loss: number;
  /** Rows predicted right. */
  readonly correct: number;
  readonly rows: number;
  /** The metrics' sums over the rows, of errors and targets; empty where no metric needs them. */
  readonly sums: readonly number[];
}

export interface RunOptions {
  /** Stops the run between submissions; what was submitted is finished first. */
  readonly signal?: AbortSignal;
  /** Called for every step in order, once the device has finished it, by plans that compute a loss; awaited. */
  readonly onStep?: (metrics: StepMetrics) => void | Promise<void>;
}

/** A plan made ready on a device: scratch tensors allocated, kernels compiled. */
export interface Program {
  readonly plan: Plan;
  /**
   * Runs the plan once for each step; resolves when the device has finished them all.
   * @returns what the last step left, of plans that compute a loss
   * @throws the signal's reason when aborted; an Error when the device is lost or reports an error
   */
  run(steps: StepSource, options?: RunOptions): Promise<StepMetrics | undefined>;
  dispose(): void;
}

export type TensorMap = ReadonlyMap<string, DeviceTensor>;

export interface DeviceInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** True for an adapter that computes on the CPU. */
  readonly isFallbackAdapter: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export interface Memory {
  readonly buffers: number;
  readonly bytes: number;
}

export interface Executor {
  readonly backend: 'webgpu' | 'reference';
  readonly info: DeviceInfo;
  /** Elements a tensor may have. */
  readonly maxTensorSize: number;
  allocate(spec: TensorSpec): DeviceTensor;
  /** `tensors` are the plan's model and data tensors; the caller keeps them. */
  prepare(plan: Plan, tensors: TensorMap): Promise<Program>;
  /** Runs the plan once, with exactly these step values: for checking a single call. */
  execute(plan: Plan, tensors: TensorMap, values: StepValues): Promise<void>;
  memory(): Memory;
  dispose(): void;
}

/** Adds up the partial sums that a step left in its `row` of the metrics table, laid out as `plan/metrics.ts` says. */
export function readStepMetrics(table: FloatArray, row: number, plan: Plan, rows: number): StepMetrics {
  const width = plan.metricsWidth;
  const end = (row + 1) * width;
  let at = row * width;
  let loss = 0;
  let correct = 0;
  for (const lossEnd = at + 2 * plan.lossPairs; at < lossEnd; at += 2) {
    loss += table[at];
    correct += table[at + 1];
  }
  const sums = at < end ? [0, 0, 0, 0] : NO_SUMS;
  for (; at < end; at += sums.length) {
    for (let i = 0; i < sums.length; i++) sums[i] += table[at + i];
  }
  return { loss: loss / rows, correct, rows, sums };
}

const NO_SUMS: number[] = [];

/** True for the tensors that a program allocates and frees itself. */
export const isOwn = ({ role }: TensorSpec) => role === 'table' || role === 'scratch';

/** The given tensor of that name. Throws when it is missing. */
export function sharedTensor(tensors: TensorMap, plan: Plan, name: string): DeviceTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`plan '${plan.name}' needs a tensor '${name}'`);
  return tensor;
}
