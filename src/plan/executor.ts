/** What a plan needs of a device. `gpu/` and `cpu/` each have one; neither knows the other. */
import type { StepValues } from '../kernels/kernel.ts';
import type { Plan, TensorSpec } from './plan.ts';
import type { StepResults, StepSource } from './steps.ts';

export type FloatArray = Float32Array | Float64Array;

/** A tensor that lives on a device. */
export interface DeviceTensor {
  readonly spec: TensorSpec;
  /** Copies the numbers, to the tensor's from `at` on. */
  write(data: FloatArray | Uint32Array, at?: number): void;
  /** A copy of the contents, once all work submitted before has finished. */
  read(): Promise<FloatArray>;
  dispose(): void;
}

export interface RunOptions {
  /** Stops the run between submissions; what was submitted is finished first. */
  readonly signal?: AbortSignal;
  /** Called for every chunk of steps in order, once the device has finished it, by plans that compute a loss; awaited. */
  readonly onSteps?: (results: StepResults) => void | Promise<void>;
  /** Steps after which a chunk ends, again and again; else the run is one part. */
  readonly part?: number;
  /** Called when a part's last step is on its way: what is asked of the device now comes right behind it. */
  readonly onSubmitted?: () => void;
}

/** A plan made ready on a device: scratch tensors allocated, kernels compiled. */
export interface Program {
  readonly plan: Plan;
  /**
   * Runs the plan once for each step; resolves when the device has finished them all.
   * @returns the last step's loss, NaN where the plan computes none
   * @throws the signal's reason when aborted; an Error when the device is lost or reports an error
   */
  run(steps: StepSource, options?: RunOptions): Promise<number>;
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

/** Such as `google swiftshader`. */
export const deviceName = ({ vendor, architecture, description }: DeviceInfo) =>
  [vendor, architecture, description].filter(Boolean).join(' ') || 'unnamed';

export interface Memory {
  readonly buffers: number;
  readonly bytes: number;
}

export type Precision = 'f32' | 'f16';

export interface Executor {
  readonly backend: 'webgpu' | 'cpu' | 'reference';
  readonly info: DeviceInfo;
  /** What examples are kept as on the device: as `f32` where it does not say. */
  readonly precision?: Precision;
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

/** True for the tensors that a program allocates and frees itself. */
export const isOwn = ({ role }: TensorSpec) => role === 'table' || role === 'scratch';

/** The given tensor of that name. Throws when it is missing. */
export function sharedTensor(tensors: TensorMap, plan: Plan, name: string): DeviceTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`plan '${plan.name}' needs a tensor '${name}'`);
  return tensor;
}
