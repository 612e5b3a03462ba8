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
  /** Outputs, as many rows as columns, that so many threads compute together. */
  readonly tile: number;
  readonly threads: number;
  readonly features?: readonly string[];
  readonly reordered?: boolean;
}

const registers: Algorithm = { tile: 4, threads: 1 };

const others: Readonly<Record<string, Algorithm>> = {
  naive: { tile: 1, threads: 1 },
  quads_4: { tile: 16, threads: 4, features: ['subgroups'] },
  quads_8: { tile: 32, threads: 4, features: ['subgroups'] },
  vectors: { tile: 8, threads: 1 },
  tiles_4: { tile: 32, threads: 64 },
  tiles_8: { tile: 64, threads: 64 },
  split: { tile: 4, threads: 64, reordered: true },
};

const threadsFor = ({ tile, threads }: Algorithm, { rows, columns }: ProductSize) =>
  Math.ceil(rows / tile) * Math.ceil(columns / tile) * threads;

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
    variants: Object.entries(alternatives).map(([name, shader]) => {
      const { features = [], reordered = false, tile } = others[name];
      return {
        ...{ name, shader, features, reordered },
        threads: (constants) => threadsFor(others[name], size(constants)),
        suits(constants) {
          const { rows, columns } = size(constants);
          return 2 * Math.min(rows, columns) >= tile;
        },
      };
    }),
  };
}
