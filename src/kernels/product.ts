/** The ways to compute a matrix product: the files of `shaders/lib/matmul`. */
import type { Kernel } from './kernel.ts';
import type { Shader } from './shader.ts';

/** A product's size: rows × terms · terms × columns. */
export interface ProductSize {
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

interface Algorithm {
  /** Outputs, rows × columns, that so many threads compute together. */
  readonly tile: readonly [number, number];
  readonly threads: number;
  readonly features: readonly string[];
}

const registers: Algorithm = { tile: [4, 4], threads: 1, features: [] };

const others: Readonly<Record<string, Algorithm>> = {
  naive: { tile: [1, 1], threads: 1, features: [] },
  quads: { tile: [16, 16], threads: 4, features: ['subgroups'] },
};

const threadsFor = ({ tile: [high, wide], threads }: Algorithm, { rows, columns }: ProductSize) =>
  Math.ceil(rows / high) * Math.ceil(columns / wide) * threads;

type Size = { readonly M: number; readonly N: number; readonly K: number };

/** What kernels that are a product have in common: threads, work, and the other ways to do it. */
export function product(
  alternatives: Readonly<Record<string, Shader>>,
  sizeOf: (constants: Size) => ProductSize,
): Pick<Kernel, 'flops' | 'threads' | 'variants'> {
  const size = (constants: object) => sizeOf(constants as Size);
  return {
    flops(constants) {
      const { rows, columns, terms } = size(constants);
      return 2 * rows * columns * terms;
    },
    threads: (constants) => threadsFor(registers, size(constants)),
    variants: Object.entries(alternatives).map(([name, shader]) => ({
      name,
      shader,
      threads: (constants) => threadsFor(others[name], size(constants)),
      features: others[name].features,
    })),
  };
}
