import shader from '../../shaders/clip_scale.wgsl';
import { between } from './fills.ts';
import { defineKernel, type ParityCase } from './kernel.ts';
import { sumError, ULP } from './tolerance.ts';

function scaleCase(COUNT: number, CLIP_NORM: number): ParityCase<typeof shader> {
  return {
    label: `${COUNT} sums, clip to ${CLIP_NORM}`,
    constants: { COUNT, CLIP_NORM },
    tensors: {
      squares: { size: COUNT, fill: between(0, 3) },
      gradient_scale: { size: 1, fill: between(0, 1) },
    },
  };
}

export const clipScale = defineKernel({
  shader,
  threads: () => 1,
  reference({ squares, gradient_scale }, { CLIP_NORM }) {
    const norm = Math.sqrt(squares.reduce((a, b) => a + b));
    gradient_scale[0] = Math.min(1, CLIP_NORM / (norm + 1e-6));
  },
  // A root halves the sum's relative error; then a root, an addition and a division.
  tolerance: (_before, { gradient_scale }, { COUNT }) => ({
    gradient_scale: gradient_scale.map((scale) => sumError(scale, COUNT) + 6 * ULP * scale),
  }),
  cases: () => [scaleCase(1, 0.5), scaleCase(64, 1), scaleCase(1000, 0.25), scaleCase(7, 1e4)],
});
