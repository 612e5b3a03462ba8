import type { DeviceInfo } from '../plan/executor.ts';

/** Limits asked for where the adapter offers more than WebGPU's defaults. */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
] as const;

/** Features asked for where the adapter has them. */
const FEATURES = ['timestamp-query', 'subgroups'] as const;

export interface DeviceOptions {
  device?: GPUDevice;
  powerPreference?: GPUPowerPreference;
}

/** The caller's device, or a new one; null where the machine has no WebGPU adapter. */
export async function requestDevice({ device, powerPreference }: DeviceOptions): Promise<GPUDevice | null> {
  if (device) return device;
  const gpu = typeof navigator === 'undefined' ? undefined : navigator.gpu;
  const adapter = await gpu?.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) return null;
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  return adapter.requestDevice({ requiredFeatures, requiredLimits });
}

export function describeDevice({ adapterInfo, features, limits }: GPUDevice): DeviceInfo {
  const { vendor = '', architecture = '', description = '' } = adapterInfo ?? {};
  const names = Object.keys(Object.getPrototypeOf(limits)) as (keyof GPUSupportedLimits)[];
  const entries = names.map((name) => [name, limits[name]]).filter(([, value]) => typeof value === 'number');
  return {
    vendor,
    architecture,
    description,
    isFallbackAdapter: isSoftware(adapterInfo),
    features: [...features].sort(),
    limits: Object.fromEntries(entries),
  };
}

/** Browsers do not always set `isFallbackAdapter` for the renderers that are known to compute on the CPU. */
function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  if (info?.isFallbackAdapter) return true;
  const text = `${info?.vendor} ${info?.architecture} ${info?.device} ${info?.description}`;
  return /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(text);
}
