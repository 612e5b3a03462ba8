import { ReferenceExecutor } from '../cpu/reference.ts';
import { requestDevice } from '../gpu/adapter.ts';
import { GpuExecutor } from '../gpu/executor.ts';
import { checkOneOf, checkOptions, fail } from '../model/check.ts';
import type { DeviceInfo, Executor, Memory } from '../plan/executor.ts';
import { type KernelReport, selfTest } from './selfTest.ts';

const backends = ['auto', 'webgpu', 'reference'] as const;

export interface RuntimeOptions {
  /**
   * `webgpu`, `reference` (float64 on the CPU: exact, slow), or `auto`: WebGPU where there is an adapter, else
   * the reference.
   */
  backend?: (typeof backends)[number];
  /** A device of the caller's own, which stays the caller's to destroy. */
  device?: GPUDevice;
  powerPreference?: GPUPowerPreference;
}

/** A device to train on. Models of one runtime share its compiled kernels. */
export class Runtime {
  /** @internal */
  readonly executor: Executor;
  #disposed = false;

  /** @internal */
  constructor(executor: Executor) {
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
  checkOptions('createRuntime', options, ['backend', 'device', 'powerPreference']);
  const backend = checkOneOf('backend', options.backend ?? 'auto', backends);
  if (options.device !== undefined && backend === 'reference') {
    fail('device', 'a GPUDevice', "backend 'webgpu' or 'auto' with it");
  }
  if (options.powerPreference !== undefined) {
    checkOneOf('powerPreference', options.powerPreference, ['low-power', 'high-performance']);
  }
  const device = backend === 'reference' ? null : await requestDevice(options);
  if (device) return new Runtime(new GpuExecutor(device, options.device === undefined));
  if (backend === 'webgpu') {
    fail('backend', 'webgpu', "'auto' or 'reference' here: this browser offers no WebGPU adapter");
  }
  return new Runtime(new ReferenceExecutor());
}

let shared: Promise<Runtime> | undefined;

/** The runtime of models that were given none: opened on first use, opened again after its disposal. */
export async function defaultRuntime(): Promise<Runtime> {
  if (!shared || (await shared).disposed) shared = createRuntime();
  return shared;
}
