/** Time to wait, in ms, for the word that a device is lost: work on it fails a moment before that comes. */
const GRACE = 1000;

/** Knows whether a device has failed. After a loss most calls appear to succeed, and only mapping a buffer fails. */
export class DeviceHealth {
  readonly #device: GPUDevice;
  #lost: Error | undefined;
  #error: Error | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
    device.lost.then(({ reason, message }) => {
      this.#lost = new Error(`the GPU device was lost (${reason}): ${message}`);
    });
    device.addEventListener('uncapturederror', ({ error }) => {
      this.#error ??= new Error(`the GPU reported an error: ${error.message}`);
    });
  }

  /** Throws what has gone wrong. An error is reported once; a lost device stays lost. */
  check(): void {
    const failure = this.#lost ?? this.#error;
    this.#error = undefined;
    if (failure) throw failure;
  }

  /** A copy of a buffer's first bytes, which are being mapped; a failure is put down to the device if it is that. */
  async read(buffer: GPUBuffer, mapping: Promise<void>, bytes = buffer.size): Promise<ArrayBuffer> {
    try {
      await mapping;
      const data = buffer.getMappedRange(0, bytes).slice(0);
      buffer.unmap();
      this.check();
      return data;
    } catch (error) {
      if (error === this.#lost) throw error;
      await Promise.race([this.#device.lost, new Promise((resolve) => setTimeout(resolve, GRACE))]);
      this.check();
      throw error;
    }
  }
}
