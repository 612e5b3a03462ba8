import type { DeviceTensor, FloatArray, Memory } from '../plan/executor.ts';
import { bytesPerNumber, sizeOf, type TensorSpec } from '../plan/plan.ts';
import type { DeviceHealth } from './deviceHealth.ts';
import { toHalves } from './halves.ts';

/** Creates buffers, counts them, and moves data in and out. */
export class Buffers {
  readonly #device: GPUDevice;
  readonly #live = new Set<GPUBuffer>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** @throws when the device's limits do not allow the size */
  create(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const limit =
      usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (bytes > limit) {
      throw new Error(`${label} needs a buffer of ${bytes} bytes, where the device allows ${limit}`);
    }
    const buffer = this.#device.createBuffer({ label, size: Math.ceil(bytes / 4) * 4, usage });
    this.#live.add(buffer);
    return buffer;
  }

  destroy(buffer: GPUBuffer): void {
    if (this.#live.delete(buffer)) buffer.destroy();
  }

  destroyAll(): void {
    for (const buffer of [...this.#live]) this.destroy(buffer);
  }

  memory(): Memory {
    const bytes = [...this.#live].reduce((sum, { size }) => sum + size, 0);
    return { buffers: this.#live.size, bytes };
  }
}

/** A tensor in a storage buffer. */
export class GpuTensor implements DeviceTensor {
  readonly buffer: GPUBuffer;

  constructor(
    readonly spec: TensorSpec,
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    private readonly health: DeviceHealth,
  ) {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    this.buffer = buffers.create(spec.name, bytesPerNumber(spec) * sizeOf(spec), usage);
  }

  write(data: FloatArray | Uint32Array, at = 0): void {
    const { queue } = this.device;
    if (this.spec.type === 'f16') {
      queue.writeBuffer(this.buffer, 2 * at, toHalves(data));
      return;
    }
    const Words = this.spec.type === 'u32' ? Uint32Array : Float32Array;
    queue.writeBuffer(this.buffer, 4 * at, data instanceof Words ? data : new Words(data));
  }

  async read(): Promise<FloatArray> {
    const { size } = this.buffer;
    const staging = this.buffers.create(
      `${this.spec.name} copy`,
      size,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(this.buffer, 0, staging, 0, size);
      this.device.queue.submit([encoder.finish()]);
      const data = await this.health.read(staging, staging.mapAsync(GPUMapMode.READ));
      return this.spec.type === 'u32' ? Float32Array.from(new Uint32Array(data)) : new Float32Array(data);
    } finally {
      this.buffers.destroy(staging);
    }
  }

  dispose(): void {
    this.buffers.destroy(this.buffer);
  }
}
