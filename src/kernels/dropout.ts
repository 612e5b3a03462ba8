import shader from '../../shaders/dropout.wgsl';
import { normal } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { randomBits } from './random.ts';
import { rowShapes } from './shapes.ts';
import { SUBNORMAL, UNIT } from './tolerance.ts';

function dropoutCase({ M, N }: { M: number; N: number }, rate: number, rows = M): ParityCase<typeof shader> {
  return {
    label: `rate ${rate}, ${rows} of ${M} rows × ${N}`,
    constants: { M, N, SEED: 0xdeadbeef, ...dropoutConstants(rate) },
    step: { rows, index: 17 },
    tensors: { x: { size: M * N, fill: normal() }, y: { size: M * N, fill: normal() } },
  };
}

export const dropoutConstants = (rate: number) => ({
  THRESHOLD: Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32)),
  SCALE: 1 / (1 - rate),
});

export const dropoutRows = defineKernel({
  shader,
  threads: ({ M, N }) => M * N,
  reference({ x, y }, { N, SEED, THRESHOLD, SCALE }, { rows, index }) {
    for (let i = 0; i < rows * N; i++) y[i] = randomBits(SEED, index, i) < THRESHOLD ? 0 : x[i] * SCALE;
  },
  // One product, of a constant that was rounded: which elements are dropped is exact.
  tolerance: (_before, { y }) => ({ y: y.map((value) => 3 * UNIT * Math.abs(value) + SUBNORMAL) }),
  cases: () => [
    ...rowShapes.map((shape) => dropoutCase(shape, 0.5)),
    dropoutCase({ M: 9, N: 5 }, 0),
    dropoutCase({ M: 30, N: 50 }, 0.2, 17),
    dropoutCase({ M: 30, N: 50 }, 0.999),
  ],
});
