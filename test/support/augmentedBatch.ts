import { type Augmentation, dense, type LossName, type Runtime, sgd } from '../../src/index.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { NO_RATES } from '../../src/model/optimizers.ts';
import type { Mixture } from '../../src/model/random.ts';
import type { FloatArray } from '../../src/plan/executor.ts';
import { planTraining } from '../../src/plan/training.ts';
import { keepTensors, runPlan } from './runPlan.ts';

interface Rows {
  /** Rows × width. */
  readonly x: readonly (readonly number[])[];
  /** Rows × targets, with the weights as a last column where `weighted`. */
  readonly target?: readonly (readonly number[])[];
  readonly weighted?: boolean;
  readonly loss?: LossName;
  readonly outputs?: number;
  /** Of the data set, those of the step; by default all. */
  readonly rows?: readonly number[];
  readonly seed?: number;
  /** Of the step. */
  readonly index?: number;
  readonly mixture?: Mixture;
  readonly hidden?: number;
  readonly fused?: boolean;
}

/** The tensors between the data set and the network after one step: `x/images`, `target/mixed` and so on. */
export async function augmentedBatch(
  runtime: Runtime,
  augment: readonly Augmentation[],
  given: Rows,
): Promise<Record<string, FloatArray>> {
  const { x, weighted = false, outputs = 3, seed = 1, index = 0, mixture, hidden, fused } = given;
  const { loss = 'sparseCategoricalCrossentropy', rows = x.map((_, i) => i) } = given;
  const target = given.target ?? x.map(() => [0]);
  const inputShape = [x[0].length];
  const output = { units: outputs, activation: 'softmax' } as const;
  const layers = hidden
    ? [dense({ units: hidden, inputShape }), dense(output)]
    : [dense({ ...output, inputShape })];
  const network = buildNetwork(layers, seed);
  const plan = planTraining(
    network,
    { loss: parseLoss(loss, network), optimizer: sgd() },
    { batch: rows.length, samples: x.length, slots: 1 },
    { augment, weighted, fused },
  );
  const contents = { x: Float32Array.from(x.flat()), target: Float32Array.from(target.flat()) };
  const steps = [{ rows: Uint32Array.from(rows), index, rates: NO_RATES, mixture }];
  const { tensors } = await runPlan(
    runtime.executor,
    keepTensors(plan, (name) => /^(x|target)\//.test(name)),
    contents,
    steps,
  );
  return tensors;
}
