/** Looks at how the gradient reaches the layers: one batch forward and back, and no update. */
import { type ActivationConstants, activationSteepest } from '../kernels/formulas.ts';
import { gradientNorm } from '../kernels/gradient_norm.ts';
import { partialGroups } from '../kernels/partialSums.ts';
import { unitStats } from '../kernels/unit_stats.ts';
import type { Network } from '../model/network.ts';
import type { LayerTensor } from '../model/parameters.ts';
import type { FloatArray } from './executor.ts';
import {
  declareData,
  type ForwardStep,
  fromDataSet,
  lossOperations,
  type PlanSize,
  planForward,
  planLoss,
  startPlan,
} from './forward.ts';
import { activationConstants, isActivated, type Operation } from './lower.ts';
import { metricsLayout } from './metrics.ts';
import type { Plan } from './plan.ts';
import { type Objective, planBackward } from './training.ts';
import { planGradient } from './updates.ts';

/** What of the gradient reaches one layer with parameters. */
export interface LayerGradient {
  readonly name: string;
  /**
   * Euclidean norm of the gradient of all its parameters together (kernel and bias, gamma and beta), penalties
   * included, before any clipping. Below about 1e-19 it reads as 0: float32 has no squares of that.
   */
  readonly norm: number;
  /** Mean over rows and units of |∂E/∂z|: E is the row's own loss, z the layer's output before its activation. */
  readonly meanDelta: number;
  /** Share of the units that are dead: in every row F′ = 0, so that nothing passes back through them. */
  readonly dead: number;
  /**
   * Share of the units that are saturated: not dead, but in every row |F′| is below a twentieth of what it can be.
   * For a sigmoid that is an output within 1.3 % of 0 or 1, |z| > 4.4.
   */
  readonly saturated: number;
}

/** A unit with less than this share of the largest |F′| is saturated: two such layers leave 1/400 of the delta. */
const SATURATED = 1 / 20;

/** Where a layer's numbers are: a pair for each unit, then the sums of its gradient's squares. */
interface LayerPlace {
  readonly name: string;
  readonly units: number;
  readonly unitsAt: number;
  readonly squaresAt: number;
  readonly end: number;
  /** The largest |F′| that the units can have. */
  readonly steepest: number;
}

/**
 * A plan that leaves the statistics of one batch in its tensor `stats`, for `readGradientStats`. Dropout and noise
 * are those of a training step.
 */
export function planGradientStats(
  network: Network,
  objective: Objective,
  size: PlanSize,
  weighted: boolean,
): { plan: Plan; layers: LayerPlace[] } {
  const { loss } = objective;
  const builder = startPlan('gradient stats', size);
  declareData(builder, network, size.samples, loss, weighted);
  const x = fromDataSet('x');
  const operations = lossOperations(network, loss, { training: true }).map(withoutTrace);
  const steps = planForward(builder, operations, x);
  const layout = metricsLayout(size.batch, 0, []);
  const delta = planLoss(builder, steps.at(-1), x, fromDataSet('target'), loss, layout);
  const unclipped = { ...objective, clipValue: undefined };
  const trainables = planBackward(builder, steps, unclipped, delta, (trainable) =>
    planGradient(builder, trainable, unclipped),
  );

  const layers: LayerPlace[] = [];
  const numbers = trainables.reduce(
    (sum, { layer, tensor }) => sum + 2 * layer.units + squareGroups(tensor),
    0,
  );
  const stats = builder.tensor('stats', [numbers], 'data');
  let end = 0;
  for (const { layer, tensor, delta } of trainables.reverse()) {
    const { name, units } = layer;
    const { constants, kept } = activationOf(name, steps);
    const unitsAt = end;
    const squaresAt = unitsAt + 2 * units;
    end = squaresAt + squareGroups(tensor);
    layers.push({ name, units, unitsAt, squaresAt, end, steepest: activationSteepest(constants) });
    const shape = { M: size.batch, N: units };
    builder.call(unitStats, { delta, kept, stats }, { ...shape, OFFSET: unitsAt, ...constants });
    const range = { START: tensor.start, END: tensor.end, OFFSET: squaresAt };
    builder.call(gradientNorm, { gradient: `${name}/gradient`, squares: stats }, range);
  }
  return { plan: builder.build(), layers };
}

const squareGroups = ({ start, end }: LayerTensor) => partialGroups(end - start);

/** A batch normalisation as in training, which moves its moving statistics nowhere. */
function withoutTrace(operation: Operation): Operation {
  if (operation.type !== 'normalization' || operation.layer.type !== 'batchNormalization') return operation;
  return { ...operation, layer: { ...operation.layer, momentum: 1 } };
}

/** The activation that a layer's units go through, its own or one before the next such layer, and what F′ needs. */
function activationOf(
  name: string,
  steps: readonly ForwardStep[],
): { constants: ActivationConstants; kept: string } {
  const at = steps.findIndex(({ operation }) => operation.name === name);
  const end = steps.findIndex(({ operation }, i) => i > at && 'layer' in operation);
  for (const { operation, kept } of steps.slice(at, end < 0 ? undefined : end)) {
    if (isActivated(operation) && operation.activation.name !== 'linear') {
      return { constants: activationConstants(operation.activation), kept };
    }
  }
  return { constants: activationConstants({ name: 'linear' }), kept: steps[at].output };
}

/** The statistics from what the plan left. */
export function readGradientStats(layers: readonly LayerPlace[], stats: FloatArray): LayerGradient[] {
  return layers.map(({ name, units, unitsAt, squaresAt, end, steepest }) => {
    let [sum, dead, saturated, squares] = [0, 0, 0, 0];
    for (let at = unitsAt; at < squaresAt; at += 2) {
      const slope = stats[at + 1];
      sum += stats[at];
      if (slope === 0) dead++;
      else if (slope < SATURATED * steepest) saturated++;
    }
    for (let at = squaresAt; at < end; at++) squares += stats[at];
    // The deltas are those of the batch's mean loss: their sum over the rows is the mean of the rows' own.
    return {
      ...{ name, norm: Math.sqrt(squares), meanDelta: sum / units },
      ...{ dead: dead / units, saturated: saturated / units },
    };
  });
}
