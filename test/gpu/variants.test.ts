/** The ways to compute a product give the same bits, but for those that say so: any may take another's place. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { between, permutation } from '../../src/kernels/fills.ts';
import {
  asKernel,
  outputsOf,
  type ParityCase,
  possibleVariants,
  tensorsOf,
} from '../../src/kernels/kernel.ts';
import { registry } from '../../src/kernels/registry.ts';
import { samplesFor } from '../../src/kernels/shapes.ts';
import { uniformSource } from '../../src/model/random.ts';
import { computeCase } from '../../src/runtime/parity.ts';
import { createRuntime, type Runtime } from '../../src/runtime/runtime.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await createRuntime({ backend: 'webgpu' });
});

afterAll(() => runtime.dispose());

interface Shape {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly rows: number;
}

function randomShapes(count: number): Shape[] {
  const uniform = uniformSource(11, 0);
  const upTo = (most: number) => 1 + Math.floor(most * uniform());
  return Array.from({ length: count }, () => {
    const M = upTo(70);
    return { M, N: upTo(70), K: upTo(70), rows: upTo(M) };
  });
}

const sizes = ({ M, N, K }: Shape): Readonly<Record<string, number>> => ({
  ...{ x: samplesFor(M) * K, permutation: samplesFor(M), kept: M * K, result: M * K },
  ...{ delta: M * N, y: M * N, parameters: (K + 1) * N, gradient: (K + 1) * N, moments: 2 * (K + 1) * N },
});

/** Numbers in [0, 1), which moments may be as well; half of the deltas and weights are negative. */
function caseOf(
  shape: Shape,
  names: readonly string[],
  constants: Record<string, number | boolean>,
): ParityCase {
  const { M, N, K, rows } = shape;
  const fillOf = (name: string) =>
    name === 'permutation' ? permutation(samplesFor(M)) : between(name === 'moments' ? 0 : -1, 1);
  const tensors = names.map((name) => [name, { size: sizes(shape)[name], fill: fillOf(name) }]);
  return {
    label: '',
    constants: { M, N, K, ...constants },
    step: { first: 2, rows, rate: 0.01 },
    tensors: Object.fromEntries(tensors),
  };
}

/** Adam, in kernels that have an optimizer; the rows through a permutation, in those that have one. */
const settings = { GATHER: true, OPTIMIZER: 1, MOMENTS: 2 };

const products = registry.filter(({ variants = [] }) => variants.length > 0);

describe.each(products.map((kernel) => [kernel.shader.name, kernel] as const))('%s', (_name, kernel) => {
  const constants = Object.fromEntries(
    Object.entries(settings).filter(([name]) => name in kernel.shader.constants),
  );

  test.each(randomShapes(2).map((shape) => [JSON.stringify(shape), shape] as const))(
    'has the same bits in every way: %s',
    async (_shape, shape) => {
      const parityCase = caseOf(shape, tensorsOf(kernel.shader), constants);
      const inOrder = possibleVariants(kernel, runtime.info.features).filter(({ reordered }) => !reordered);
      const [first, ...others] = await Promise.all(
        [kernel, ...inOrder.map((variant) => asKernel(kernel, variant))].map((way) =>
          computeCase(runtime.executor, way, parityCase),
        ),
      );
      expect(others.length).toBeGreaterThan(0);
      for (const { results } of others) {
        for (const name of outputsOf(kernel.shader)) expect(results[name]).toEqual(first.results[name]);
      }
    },
  );
});
