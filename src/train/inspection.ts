import { targetWidth } from '../model/losses.ts';
import type { DeviceTensor } from '../plan/executor.ts';
import { type LayerGradient, planGradientStats, readGradientStats } from '../plan/gradientStats.ts';
import type { Objective } from '../plan/training.ts';
import { stepsInOrder } from './inference.ts';
import type { Session } from './session.ts';

/** How the gradient of the first `batch` rows of data on the device reaches the layers; changes nothing. */
export async function inspectGradients(
  session: Session,
  objective: Objective,
  data: ReadonlyMap<string, DeviceTensor>,
  batch: number,
): Promise<LayerGradient[]> {
  const { network, executor, step } = session;
  const [samples, width] = data.get('target')?.spec.shape ?? [];
  const weighted = width > targetWidth(objective.loss, network.outputs);
  const { plan, layers } = planGradientStats(network, objective, { batch, samples, slots: 1 }, weighted);
  const stats = executor.allocate(plan.tensors.get('stats') as DeviceTensor['spec']);
  try {
    const program = await session.prepare(plan, new Map([...data, ['stats', stats]]));
    try {
      await program.run(stepsInOrder(batch, batch, step));
      return readGradientStats(layers, await stats.read());
    } finally {
      program.dispose();
    }
  } finally {
    stats.dispose();
  }
}
