/** Which variants of a kernel a device could run, and what is expected of them. */
import { asKernel, type Kernel, possibleVariants, type Variant } from '../kernels/kernel.ts';
import type { DeviceInfo } from '../plan/executor.ts';
import type { KernelCall } from '../plan/plan.ts';

/** Work from which on a variant is worth its compilation, in floating-point operations. */
const WORTHWHILE = 50_000;

/** Work from which on a few calls make up for a slow compilation on a software adapter. */
const LARGE = 1e8;
/** The variant of which that is true. */
const SLOW = 'quads_8';

/** What a kernel itself is called among its variants: for how it does a product. */
const ITSELF = 'registers';

/**
 * Names of the variants, the one that is expected to be the fastest first. On software adapters this is measured:
 * quads_4 are 2.5 times as fast as registers on SwiftShader, and tiles five times as slow. quads_8 are faster still, but
 * take three times as long to compile: only trainings of large products start with them. Where lanes cannot swap, as on
 * llvmpipe in Firefox, vectors are twice as fast as registers. On GPUs it is what one expects.
 */
const expectations = {
  software: ['quads_4', 'vectors', ITSELF, 'quads_8'],
  hardware: ['tiles_4', ITSELF, 'vectors', 'tiles_8', 'quads_4'],
};

/** A kernel itself, or one of its variants. */
export interface Form {
  readonly name: string;
  readonly kernel: Kernel;
  readonly suits: Variant['suits'];
}

/**
 * The forms that a kernel may run in on this device, the most promising first. `anyOrder` admits those that add up in another
 * order, of which least is expected.
 */
export function formsOf(kernel: Kernel, info: DeviceInfo, anyOrder = false): Form[] {
  const possible = possibleVariants(kernel, info.features);
  const reordered = possible.filter((variant) => anyOrder && variant.reordered);
  const names = [
    ...expectations[info.isFallbackAdapter ? 'software' : 'hardware'],
    ...reordered.map(({ name }) => name),
  ];
  return names.flatMap((name): Form[] => {
    if (name === ITSELF) return [{ name, kernel, suits: () => true }];
    const variant = possible.find((candidate) => candidate.name === name);
    return variant ? [{ name, kernel: asKernel(kernel, variant), suits: variant.suits }] : [];
  });
}

/** The forms of a call's kernel, as above; none where there is nothing to choose. */
export function formsFor({ kernel, constants }: KernelCall, info: DeviceInfo, anyOrder = false): Form[] {
  const flops = kernel.flops?.(constants) ?? 0;
  if (!kernel.variants?.length || flops < WORTHWHILE) return [];
  const forms = formsOf(kernel, info, anyOrder).filter(({ suits }) => suits(constants));
  const isFirst = ({ name }: Form) => flops >= LARGE && info.isFallbackAdapter && name === SLOW;
  return [...forms.filter(isFirst), ...forms.filter((form) => !isFirst(form))];
}
