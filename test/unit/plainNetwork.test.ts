/** The plain network's own gradients against differences of its loss: what it is to judge others by must be right. */
import { describe, expect, test } from 'vitest';
import { lossAndGradients } from '../support/plain/network.ts';
import { torchTrajectories } from '../support/torchTrajectories.ts';
import { makePlainStart } from '../support/trajectories.ts';

const STEP = 1e-5;
const optimizersApart = torchTrajectories.filter(([group]) => group !== 'optimizers');

describe.each(optimizersApart)('%s', (_group, trajectories) => {
  test.each(trajectories)('$label', (trajectory) => {
    const { training, tensors, x, targets } = makePlainStart(trajectory);
    const { gradients } = lossAndGradients(training, tensors, x, targets);
    const lossAt = (tensor: Float64Array, i: number, value: number) => {
      const kept = tensor[i];
      tensor[i] = value;
      const { loss } = lossAndGradients(training, tensors, x, targets);
      tensor[i] = kept;
      return loss;
    };
    for (const [t, tensor] of tensors.entries()) {
      const differences = tensor.map(
        (value, i) => (lossAt(tensor, i, value + STEP) - lossAt(tensor, i, value - STEP)) / (2 * STEP),
      );
      differences.forEach((difference, i) => {
        expect(Math.abs(gradients[t][i] - difference), `tensor ${t}, ${i}`).toBeLessThan(1e-6);
      });
    }
  });
});
