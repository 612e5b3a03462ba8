/** Devices for tests that look at what the library does with them, or take them away. */

/** A device of the caller's own, with WebGPU's default limits unless others are asked for. */
export async function requestOwnDevice(descriptor: GPUDeviceDescriptor = {}): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  return adapter.requestDevice(descriptor);
}

/** Makes the device claim other limits than it has; what it really refuses stays the same. */
export function claimLimits(
  device: GPUDevice,
  claimed: Partial<Record<keyof GPUSupportedLimits, number>>,
): void {
  const limits = new Proxy(device.limits, {
    get: (actual, name) => claimed[name as keyof GPUSupportedLimits] ?? Reflect.get(actual, name, actual),
  });
  Object.defineProperty(device, 'limits', { value: limits });
}
