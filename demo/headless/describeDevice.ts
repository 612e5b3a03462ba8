import type { Runtime } from '../../src/index.ts';
import type { Device } from './trainProtocol.ts';

/** What the page trains on. */
export function describeDevice({ backend, info, choice }: Runtime): Device {
  const adapter = [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') || 'unnamed';
  return { backend, adapter, isFallbackAdapter: info.isFallbackAdapter, ...(choice ? { choice } : {}) };
}
