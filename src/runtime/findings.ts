/** What steps have taken on earlier visits: as long as nothing has changed that they depend on. */
import { deflated } from '../cpu/assembly/kernels.wasm';
import { registry } from '../kernels/registry.ts';
import { deviceName, type Executor } from '../plan/executor.ts';
import { digest, keep, recall } from '../plan/storage.ts';

/** Milliseconds a step. */
export interface StoredFindings {
  readonly cpu: number;
  /** By the name of the GPU. */
  readonly gpu: Readonly<Record<string, number>>;
}

/** `plan`: of a batch. */
export async function recallFindings(cpu: Executor, plan: string): Promise<StoredFindings | undefined> {
  const stored = (await recall(await keyFor(cpu, plan))) as StoredFindings | undefined;
  const times = [stored?.cpu, ...Object.values(stored?.gpu ?? [undefined])];
  return times.every((time) => typeof time === 'number' && time > 0) ? stored : undefined;
}

export async function keepFindings(cpu: Executor, plan: string, findings: StoredFindings): Promise<void> {
  await keep(await keyFor(cpu, plan), findings);
}

/** Names the CPU, with its threads and instructions, the training, and all code that it may run. */
async function keyFor(cpu: Executor, plan: string): Promise<string> {
  code ??= digest([deflated, ...shaders()].join());
  return `steps on ${deviceName(cpu.info)}, ${await digest(plan)} ${await code}`;
}

let code: Promise<string> | undefined;

const shaders = (): string[] =>
  registry.flatMap(({ shader, variants = [] }) => [shader.code, ...variants.map((each) => each.shader.code)]);
