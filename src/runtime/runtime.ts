import { ReferenceExecutor } from '../cpu/reference.ts';
import { WasmExecutor } from '../cpu/wasm/executor.ts';
import { requestDevice } from '../gpu/adapter.ts';
import { GpuExecutor } from '../gpu/executor.ts';
import { type Profile, Profiler } from '../gpu/profiler.ts';
import type { TuneOptions, Tuning } from '../gpu/tuner.ts';
import { checkBoolean, checkNotNegative, checkOneOf, checkOptions, fail } from '../model/check.ts';
import type { DeviceInfo, Executor, Memory, Precision } from '../plan/executor.ts';
import type { Backend, Choice, Rivals } from './rivals.ts';
import { agrees, type KernelReport, selfTest } from './selfTest.ts';

/** Milliseconds. */
const TUNING_BUDGET = 300;

const backends = ['auto', 'webgpu', 'cpu', 'reference'] as const;
const precisions = ['f32', 'f16'] as const;

export interface RuntimeOptions {
  /**
   * `webgpu`, `cpu` (WebAssembly), `reference` (float64 on the CPU: exact, slow), or `auto`, the default: every
   * training runs on the faster of WebGPU and the CPU, as a few steps on copies tell, in some 0.1 s; what is known of
   * a network and batch size is not measured again, nor on later visits where the browser keeps anything. `fit` returns
   * the choice and the reason for it, `summary` prints them. One that takes the CPU less than a second stays there.
   * Predictions and evaluations are made where the model is: on the CPU until a training has moved it. A training keeps
   * to one backend from its first step to its last; but the two differ in the last bits, so who wants the same bits
   * every time names one.
   */
  backend?: (typeof backends)[number];
  /** A device of the caller's own, which stays the caller's to destroy. With it, `auto` is `webgpu`. */
  device?: GPUDevice;
  powerPreference?: GPUPowerPreference;
  /**
   * Times every kernel, for `runtime.profile()`: for looking, since it makes training slower. WebGPU only, and so
   * `auto` is `webgpu` with it.
   */
  profile?: boolean;
  /**
   * Looks for the fastest variant of each large matrix product on this device while the first steps run, and remembers
   * it in the browser's storage: for so many milliseconds of the device's time, 300 if `true`, the default; `false`
   * goes by rules of thumb. Results do not depend on it: all variants have the same bits. `anyOrder: true` gives that
   * up for variants that add a sum's terms in another order, for few outputs of many terms. WebGPU only.
   */
  tune?: boolean | { budget?: number; anyOrder?: boolean };
  /**
   * What the examples, x, are kept as on the device. `f16` rounds each number to 11 bits, which halves the memory they
   * take; they are unpacked batch by batch, and all else, weights, sums and targets, stays `f32`, the default: a training
   * has the bits of one on numbers that were rounded before. Numbers beyond 65504 are refused. WebGPU only, and so
   * `auto` is `webgpu` with it; no feature of the device is needed. Small networks then run layer by layer, which is slower.
   */
  precision?: Precision;
}

/** A device to train on. Models of one runtime share its compiled kernels. */
export class Runtime {
  #inUse: Executor;
  #choice: Choice | undefined;
  #opened: readonly Executor[];
  #disposed = false;

  /** @internal */
  constructor(
    /** Where models are until they train. @internal */
    readonly executor: Executor,
    private readonly profiler?: Profiler,
    /** With `auto`. @internal */
    readonly rivals?: Rivals,
  ) {
    this.#inUse = executor;
    this.#opened = [executor];
    rivals?.gpu.then((gpu) => {
      if (gpu && this.#disposed) gpu.dispose();
      else if (gpu) this.#opened = [executor, gpu];
    });
  }

  /** With `auto`, what the last training chose; the CPU's before there was any. */
  get backend(): Backend {
    return this.#inUse.backend;
  }

  /** Of the device that `backend` names. */
  get info(): DeviceInfo {
    return this.#inUse.info;
  }

  /** With `auto`, how the last training's backend was chosen. */
  get choice(): Choice | undefined {
    return this.#choice;
  }

  /** What `backend`, `info` and `choice` are to tell of. @internal */
  use(executor: Executor, choice: Choice): void {
    this.#inUse = executor;
    this.#choice = choice;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Buffers that live on the device, and their bytes; with `auto`, on both. */
  memory(): Memory {
    const all = this.#opened.map((executor) => executor.memory());
    return {
      buffers: all.reduce((sum, { buffers }) => sum + buffers, 0),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Checks every kernel against its float64 reference on this very device: a row for each. */
  selfTest(): Promise<KernelReport[]> {
    return selfTest(this.#inUse);
  }

  /**
   * Where the device's time has gone so far, kernel by kernel: prints as a table, saves as a Chrome trace.
   * @throws when the runtime was not created with `profile: true`
   */
  profile(): Profile {
    if (!this.profiler) throw new Error('profile: create the runtime with profile: true');
    return this.profiler.report();
  }

  /**
   * Which variants the large matrix products of models on this device run by, and what was measured: prints as a table.
   * @throws when the runtime is not on WebGPU
   */
  tuning(): Tuning {
    if (!(this.#inUse instanceof GpuExecutor)) throw new Error(`tuning: the backend is ${this.backend}`);
    return this.#inUse.tuning();
  }

  /** Frees everything on the device. Models that used this runtime can no longer run. */
  dispose(): void {
    this.#disposed = true;
    for (const executor of this.#opened) executor.dispose();
  }
}

/**
 * Opens a device.
 * @throws when an option is wrong, or `backend: 'webgpu'` finds no adapter
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  checkOptions('createRuntime', options, [
    'backend',
    'device',
    'powerPreference',
    'profile',
    'tune',
    'precision',
  ]);
  const profile = checkBoolean('profile', options.profile ?? false);
  const tune = readTune(options.tune ?? true);
  const precision = checkOneOf('precision', options.precision ?? 'f32', precisions);
  const backend = checkOneOf('backend', options.backend ?? 'auto', backends);
  const onDevice = backend === 'webgpu' || backend === 'auto';
  if (options.device !== undefined && !onDevice) {
    fail('device', 'a GPUDevice', "backend 'webgpu' or 'auto' with it");
  }
  if (options.powerPreference !== undefined) {
    checkOneOf('powerPreference', options.powerPreference, ['low-power', 'high-performance']);
  }
  const needsDevice = profile || precision === 'f16';
  if (backend === 'auto' && !options.device && !needsDevice) return openRivals(options, tune);
  const device = onDevice ? await requestDevice(options) : null;
  if (profile) checkTimestamps(device);
  if (precision === 'f16' && !device) fail('precision', 'f16', "'f32': only WebGPU keeps numbers so");
  const profiler = profile ? new Profiler() : undefined;
  if (device)
    return new Runtime(
      new GpuExecutor(device, options.device === undefined, agrees, tune, profiler, precision),
      profiler,
    );
  if (backend === 'webgpu') {
    fail('backend', 'webgpu', "'auto' or 'cpu' here: this browser offers no WebGPU adapter");
  }
  return new Runtime(backend === 'reference' ? new ReferenceExecutor() : await WasmExecutor.create());
}

/** The CPU at once, and WebGPU once it has opened; where one of them fails, the other. */
async function openRivals(options: RuntimeOptions, tune: TuneOptions): Promise<Runtime> {
  const gpu = requestDevice(options).then(
    (device) => device && new GpuExecutor(device, true, agrees, tune),
    () => null,
  );
  try {
    const cpu = await WasmExecutor.create();
    return new Runtime(cpu, undefined, { cpu, gpu, findings: new Map() });
  } catch {
    // The page's policy may forbid WebAssembly.
    return new Runtime((await gpu) ?? new ReferenceExecutor());
  }
}

function readTune(tune: RuntimeOptions['tune']): TuneOptions {
  if (typeof tune !== 'object')
    return { budget: checkBoolean('tune', tune) ? TUNING_BUDGET : 0, anyOrder: false };
  checkOptions('tune', tune, ['budget', 'anyOrder']);
  return {
    budget: checkNotNegative('tune.budget', tune.budget ?? TUNING_BUDGET),
    anyOrder: checkBoolean('tune.anyOrder', tune.anyOrder ?? false),
  };
}

function checkTimestamps(device: GPUDevice | null): void {
  if (device?.features.has('timestamp-query')) return;
  const what = device ? 'this device lacks' : 'only a WebGPU device has';
  fail('profile', true, `false: it needs the feature timestamp-query, which ${what}`);
}

let shared: Promise<Runtime> | undefined;

/** The runtime of models that were given none: opened on first use, opened again after its disposal. */
export async function defaultRuntime(): Promise<Runtime> {
  if (!shared || (await shared).disposed) shared = createRuntime();
  return shared;
}
