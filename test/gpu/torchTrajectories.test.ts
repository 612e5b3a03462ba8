/** Training on the browser's own WebGPU beside a plain network that follows PyTorch's documentation. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRuntime, type Runtime } from '../../src/index.ts';
import { torchTrajectories } from '../support/torchTrajectories.ts';
import { compareTrajectory } from '../support/trajectories.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await createRuntime({ backend: 'webgpu' });
});

afterAll(() => runtime.dispose());

describe.each(torchTrajectories)('%s', (_group, trajectories) => {
  test.concurrent.each(trajectories)('$label', async (trajectory) => {
    const { steps, loss, weights } = await compareTrajectory(trajectory, runtime);
    expect(steps).toBe(60);
    expect(loss).toBeLessThan(1e-5);
    expect(weights).toBeLessThan(1e-5);
  });
});
