/** When passes began and ended, by the device's own clock: two timestamps a pass, in nanoseconds. */
import type { Buffers } from './buffers.ts';

const BYTES = 16;
/** Passes that WebGPU lets a query set have timestamps for. */
const MOST = 2048;

export class PassTimer {
  static readonly most = MOST;
  readonly #querySet: GPUQuerySet;
  readonly #resolved: GPUBuffer;

  /** @throws when the device has no timestamps */
  constructor(
    device: GPUDevice,
    private readonly buffers: Buffers,
    passes = 1,
  ) {
    this.#querySet = device.createQuerySet({ type: 'timestamp', count: 2 * passes });
    const { QUERY_RESOLVE, COPY_SRC } = GPUBufferUsage;
    this.#resolved = buffers.create('timestamps', PassTimer.bytes(passes), QUERY_RESOLVE | COPY_SRC);
  }

  /** None where the device has no timestamps. */
  static where(device: GPUDevice, buffers: Buffers): PassTimer | undefined {
    return device.features.has('timestamp-query') ? new PassTimer(device, buffers) : undefined;
  }

  /** Of the times of so many passes. */
  static bytes(passes = 1): number {
    return BYTES * passes;
  }

  /** Begin and end of each pass, from the buffer that they were copied to. */
  static read(data: ArrayBuffer, passes = 1): BigUint64Array {
    return new BigUint64Array(data, 0, 2 * passes);
  }

  /** Milliseconds from the begin of the first pass to its end. */
  static milliseconds(data: ArrayBuffer): number {
    const [begin, end] = PassTimer.read(data);
    return Number(end - begin) / 1e6;
  }

  /** What a pass is begun with, to be timed. */
  writes(pass = 0): GPUComputePassTimestampWrites {
    return {
      querySet: this.#querySet,
      beginningOfPassWriteIndex: 2 * pass,
      endOfPassWriteIndex: 2 * pass + 1,
    };
  }

  /** Records that the times of the first passes are copied to the beginning of a buffer. */
  encode(encoder: GPUCommandEncoder, target: GPUBuffer, passes = 1): void {
    encoder.resolveQuerySet(this.#querySet, 0, 2 * passes, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, target, 0, PassTimer.bytes(passes));
  }

  dispose(): void {
    this.#querySet.destroy();
    this.buffers.destroy(this.#resolved);
  }
}
