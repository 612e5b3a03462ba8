import { ReferenceExecutor } from '../cpu/reference.ts';
import { WasmExecutor } from '../cpu/wasm/executor.ts';
import { requestDevice } from '../gpu/adapter.ts';
import { GpuExecutor } from '../gpu/executor.ts';
import { type Profile, Profiler } from '../gpu/profiler.ts';
import { checkBoolean, checkOneOf, checkOptions, fail } from '../model/check.ts';
import type { DeviceInfo, Executor, Memory } from '../plan/executor.ts';
import { agrees, type KernelReport, selfTest } from './selfTest.ts';

const backends = ['auto', 'webgpu', 'cpu', 'reference'] as const;

export interface RuntimeOptions {
  /**
   * `webgpu`, `cpu` (WebAssembly), `reference` (float64 on the CPU: exact, slow), or `auto`: WebGPU where there is
   * an adapter, else the CPU.
   */
  backend?: (typeof backends)[number];
  /** A device of the caller's own, which stays the caller's to destroy. */
  device?: GPUDevice;
  powerPreference?: GPUPowerPreference;
  /** Times every kernel, for `runtime.profile()`: for looking, since it makes training slower. WebGPU only. */
  profile?: boolean;
}

/** A device to train on. Models of one runtime share its compiled kernels. */
export class Runtime {
  /** @internal */
  readonly executor: Executor;
  #disposed = false;

  /** @internal */
  constructor(
    executor: Executor,
    private readonly profiler?: Profiler,
  ) {
    this.executor = executor;
  }

  get backend(): Executor['backend'] {
    return this.executor.backend;
  }

  get info(): DeviceInfo {
    return this.executor.info;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Buffers that live on the device, and their bytes. */
  memory(): Memory {
    return this.executor.memory();
  }

  /** Checks every kernel against its float64 reference on this very device: a row for each. */
  selfTest(): Promise<KernelReport[]> {
    return selfTest(this.executor);
  }

  /**
   * Where the device's time has gone so far, kernel by kernel: prints as a table, saves as a Chrome trace.
   * @throws when the runtime was not created with `profile: true`
   */
  profile(): Profile {
    if (!this.profiler) throw new Error('profile: create the runtime with profile: true');
    return this.profiler.report();
  }

  /** Frees everything on the device. Models that used this runtime can no longer run. */
  dispose(): void {
    this.#disposed = true;
    this.executor.dispose();
  }
}

/**
 * Opens a device.
 * @throws when an option is wrong, or `backend: 'webgpu'` finds no adapter
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  checkOptions('createRuntime', options, ['backend', 'device', 'powerPreference', 'profile']);
  const profile = checkBoolean('profile', options.profile ?? false);
  const backend = checkOneOf('backend', options.backend ?? 'auto', backends);
  const onDevice = backend === 'webgpu' || backend === 'auto';
  if (options.device !== undefined && !onDevice) {
    fail('device', 'a GPUDevice', "backend 'webgpu' or 'auto' with it");
  }
  if (options.powerPreference !== undefined) {
    checkOneOf('powerPreference', options.powerPreference, ['low-power', 'high-performance']);
  }
  const device = onDevice ? await requestDevice(options) : null;
  if (profile) checkTimestamps(device);
  const profiler = profile ? new Profiler() : undefined;
  if (device)
    return new Runtime(new GpuExecutor(device, options.device === undefined, agrees, profiler), profiler);
  if (backend === 'webgpu') {
    fail('backend', 'webgpu', "'auto' or 'cpu' here: this browser offers no WebGPU adapter");
  }
  return new Runtime(backend === 'reference' ? new ReferenceExecutor() : await WasmExecutor.create());
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
