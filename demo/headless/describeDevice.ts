import type { Runtime } from '../../src/index.ts';
import { deviceName } from '../../src/plan/executor.ts';
import type { Device } from './trainProtocol.ts';

/** What the page trains on. */
export function describeDevice({ backend, info, choice }: Runtime): Device {
  return {
    backend,
    adapter: deviceName(info),
    isFallbackAdapter: info.isFallbackAdapter,
    ...(choice ? { choice } : {}),
  };
}
