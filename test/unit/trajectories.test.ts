/** Training by the float64 reference beside a plain network that follows PyTorch's documentation. */
import { describe, expect, test } from 'vitest';
import { createRuntime } from '../../src/index.ts';
import { torchTrajectories } from '../support/torchTrajectories.ts';
import { compareTrajectory } from '../support/trajectories.ts';

const runtime = await createRuntime({ backend: 'reference' });

describe.each(torchTrajectories)('%s', (_group, trajectories) => {
  test.each(trajectories)('$label', async (trajectory) => {
    const { steps, loss, weights } = await compareTrajectory(trajectory, runtime);
    expect(steps).toBe(60);
    expect(loss).toBeLessThan(1e-9);
    // Weights are handed out in float32.
    expect(weights).toBeLessThan(1e-7);
  });
});
