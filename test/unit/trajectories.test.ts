/** Training by the float64 reference, and by WebAssembly, beside a plain network that follows PyTorch's documentation. */
import { describe, expect, test } from 'vitest';
import { createRuntime } from '../../src/index.ts';
import { torchTrajectories } from '../support/torchTrajectories.ts';
import { compareTrajectory } from '../support/trajectories.ts';

const backends = {
  // Weights are handed out in float32.
  reference: { runtime: await createRuntime({ backend: 'reference' }), most: { loss: 1e-9, weights: 1e-7 } },
  cpu: { runtime: await createRuntime({ backend: 'cpu' }), most: { loss: 1e-5, weights: 1e-5 } },
};

describe.each(torchTrajectories)('%s', (_group, trajectories) => {
  describe.each(trajectories)('$label', (trajectory) => {
    test.each(Object.entries(backends))('%s', async (_backend, { runtime, most }) => {
      const { steps, loss, weights } = await compareTrajectory(trajectory, runtime);
      expect(steps).toBe(60);
      expect(loss).toBeLessThan(most.loss);
      expect(weights).toBeLessThan(most.weights);
    });
  });
});
