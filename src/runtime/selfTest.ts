import { GpuExecutor } from '../gpu/executor.ts';
import { type Kernel, possibleForms } from '../kernels/kernel.ts';
import { registry } from '../kernels/registry.ts';
import type { Executor } from '../plan/executor.ts';
import { runParityCase } from './parity.ts';

/** How one kernel did on this device. */
export interface KernelReport {
  readonly kernel: string;
  readonly cases: number;
  readonly passed: number;
  /** The largest error as a share of what the kernel's tolerance allows: up to 1 is within bounds. */
  readonly worst: number;
  /** The largest error: relative where the reference is above 1, else absolute. */
  readonly maxError: number;
  /** What the first failing cases got, in words. */
  readonly failures: readonly string[];
}

/** On WebGPU in the forms that may be chosen there. */
const kernelsOf = (executor: Executor): Kernel[] =>
  registry.flatMap((kernel) =>
    executor instanceof GpuExecutor ? executor.formsOf(kernel) : formsOn(executor, kernel),
  );

/** A kernel in every form that the executor can run. */
export function formsOn({ backend, info }: Executor, kernel: Kernel): Kernel[] {
  if (backend === 'webgpu') return possibleForms(kernel, info.features);
  return kernel.webgpuOnly ? [] : [kernel];
}

/** Runs every kernel's parity cases on the executor's device. */
export async function selfTest(executor: Executor): Promise<KernelReport[]> {
  const reports: KernelReport[] = [];
  for (const kernel of kernelsOf(executor)) {
    const results = await Promise.all(
      kernel.cases.map((parityCase) => runParityCase(executor, kernel, parityCase)),
    );
    const failed = results.filter(({ passed }) => !passed);
    reports.push({
      kernel: kernel.shader.name,
      cases: results.length,
      passed: results.length - failed.length,
      worst: Math.max(...results.map(({ worst }) => worst)),
      maxError: Math.max(...results.map(({ maxError }) => maxError)),
      failures: failed.slice(0, 5).map(({ label, message }) => `${label}: ${message}`),
    });
  }
  return reports;
}

/** Whether the device agrees with the kernel's reference, in a case of every kind of edge. */
export async function agrees(executor: Executor, kernel: Kernel): Promise<boolean> {
  const odd = kernel.cases.find(({ constants }) => constants.N === 17) ?? kernel.cases[0];
  return (await runParityCase(executor, kernel, odd)).passed;
}
