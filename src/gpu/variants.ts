/** Which of a kernel's variants a device is to run. */
import { asKernel, type Kernel, waysToDo } from '../kernels/kernel.ts';
import type { DeviceInfo } from '../plan/executor.ts';
import type { KernelCall, Plan } from '../plan/plan.ts';

/** Whether the device computes the kernel as it should. */
export type Prove = (kernel: Kernel) => Promise<boolean>;

/** Work from which on a variant is worth its compilation, in floating-point operations. */
const WORTHWHILE = 50_000;

export class VariantChoice {
  readonly #info: DeviceInfo;
  readonly #prove: Prove;
  readonly #proofs = new Map<string, Promise<boolean>>();

  constructor(info: DeviceInfo, prove: Prove) {
    this.#info = info;
    this.#prove = prove;
  }

  /** The plan with each kernel in the way that is expected to be the fastest here, of those that the device gets right. */
  async applyTo(plan: Plan): Promise<Plan> {
    const calls = plan.calls.map(async (call) => ({ ...call, kernel: await this.#wayFor(call) }));
    return { ...plan, calls: await Promise.all(calls) };
  }

  async #wayFor({ kernel, constants }: KernelCall): Promise<Kernel> {
    const name = this.#expectation(kernel.flops?.(constants) ?? 0);
    const variant = kernel.variants?.find((candidate) => candidate.name === name);
    if (!variant) return kernel;
    const way = asKernel(kernel, variant);
    const possible = waysToDo(kernel, this.#info.features).some(({ shader }) => shader === variant.shader);
    return possible && (await this.#proof(way)) ? way : kernel;
  }

  /** On SwiftShader quads are 2.5 times as fast as registers (measured). Of other devices nothing is known yet. */
  #expectation(flops: number): string | undefined {
    return this.#info.isFallbackAdapter && flops >= WORTHWHILE ? 'quads' : undefined;
  }

  #proof(way: Kernel): Promise<boolean> {
    const { name } = way.shader;
    const proof = this.#proofs.get(name) ?? this.#prove(way);
    this.#proofs.set(name, proof);
    return proof;
  }
}
