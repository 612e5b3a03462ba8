/** Normalisation, forward and backward. */
import { normalizationBackward } from '../kernels/normalization_backward.ts';
import { normalizationForward } from '../kernels/normalization_forward.ts';
import { activationConstants, type Operation } from './lower.ts';
import { declareLayer, type PlanBuilder } from './plan.ts';

type Normalization = Extract<Operation, { type: 'normalization' }>;

const isBatch = ({ layer }: Normalization) => layer.type === 'batchNormalization';

/** Mean and inverse deviation of every line, as the way back wants them. */
const declareStatistics = (builder: PlanBuilder, operation: Normalization) =>
  builder.tensor(
    `${operation.name}/statistics`,
    [isBatch(operation) ? operation.units : builder.batch, 2],
    'scratch',
  );

export function planNormalization(
  builder: PlanBuilder,
  operation: Normalization,
  x: string,
  y: string,
): void {
  const { name, units, layer, activation } = operation;
  // A layer normalisation has no moving statistics, and a binding cannot be empty.
  const [parameters, moving = builder.tensor(`${name}/unused`, [1], 'scratch')] = declareLayer(
    builder,
    layer,
  );
  builder.call(
    normalizationForward,
    { x, parameters, moving, statistics: declareStatistics(builder, operation), y },
    {
      ...{ M: builder.batch, N: units, BATCH: isBatch(operation), MOVING: operation.moving },
      ...{ EPSILON: layer.epsilon, ...('momentum' in layer && { BATCH_SHARE: 1 - layer.momentum }) },
      ...activationConstants(activation),
    },
  );
}

/** From the delta of γ x̂ + β to the one of x, which is returned, and the gradients of γ and β. */
export function planNormalizationBackward(
  builder: PlanBuilder,
  operation: Normalization,
  x: string,
  delta: string,
  CLIP_VALUE = 0,
): string {
  const { name, units: N, layer } = operation;
  const [parameters] = declareLayer(builder, layer);
  const gradient = builder.tensor(`${name}/gradient`, builder.shape(parameters), 'scratch');
  const input_delta = builder.tensor(`${name}/input_delta`, [builder.batch, N], 'scratch');
  builder.call(
    normalizationBackward,
    { x, parameters, statistics: declareStatistics(builder, operation), delta, gradient, input_delta },
    { M: builder.batch, N, BATCH: isBatch(operation), CLIP_VALUE },
  );
  return input_delta;
}
