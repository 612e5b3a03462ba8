import type { CallCounter } from './countCalls.ts';

/** What a training step asks of WebGPU, and the methods that count. */
const counted = {
  dispatches: { name: 'dispatches', methods: ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'] },
  passes: { name: 'passes', methods: ['beginComputePass'] },
  submits: { name: 'submits', methods: ['submit'] },
  buffersCreated: { name: 'buffers made', methods: ['createBuffer'] },
  buffersDestroyed: { name: 'destroyed', methods: ['destroy'] },
  bindGroups: { name: 'bind groups', methods: ['createBindGroup'] },
  writes: { name: 'writes', methods: ['writeBuffer'] },
  readbacks: { name: 'readbacks', methods: ['mapAsync'] },
} as const;

export type CallKey = keyof typeof counted;
export type Calls = Record<CallKey, number>;

export const callKeys = Object.keys(counted) as CallKey[];

export const callName = (key: CallKey) => counted[key].name;

export function readCalls(counter: CallCounter, steps: number): Calls {
  const entries = callKeys.map((key) => [key, counter.of(...counted[key].methods) / steps]);
  return Object.fromEntries(entries) as Calls;
}
