/** What a step leaves for the metrics: sums in its row of the metrics table, and counts by class. */
import { activationForward } from '../kernels/activation_forward.ts';
import { classCounts, countSize } from '../kernels/class_counts.ts';
import { metricSumPairs, metricSums } from '../kernels/metric_sums.ts';
import { metricGroups } from '../kernels/output_delta.ts';
import { softmaxForward } from '../kernels/softmax_forward.ts';
import { isSparse, type Loss, targetWidth } from '../model/losses.ts';
import { type Metric, needsCounts, needsSums, ROC_BINS } from '../model/metrics.ts';
import type { Source } from './forward.ts';
import { activationConstants } from './lower.ts';
import type { PlanBuilder } from './plan.ts';

/** A row of the metrics table, in pairs: the loss of each workgroup's rows, the penalties, then the metrics' sums. */
export interface MetricsLayout {
  readonly stride: number;
  readonly penaltyOffset: number;
  readonly sumOffset: number;
}

export function metricsLayout(rows: number, penaltyPairs: number, metrics: readonly Metric[]): MetricsLayout {
  const penaltyOffset = metricGroups(rows);
  const sumOffset = penaltyOffset + penaltyPairs;
  return { penaltyOffset, sumOffset, stride: sumOffset + (needsSums(metrics) ? metricSumPairs(rows) : 0) };
}

/** Adds the kernels that the metrics need, beyond the loss's own: `y` is what the loss was computed from. */
export function planMetrics(
  builder: PlanBuilder,
  metrics: readonly Metric[],
  { loss, y, target, layout }: { loss: Loss; y: string; target: Source; layout: MetricsLayout },
): void {
  if (!needsSums(metrics) && !needsCounts(metrics)) return;
  const output = loss.fromLogits ? planLastActivation(builder, y, loss) : y;
  const [M, N] = builder.shape(output);
  const [, columns] = builder.shape(target.name);
  const WIDTH = targetWidth(loss, N);
  const reading = { WIDTH, SPARSE: isSparse(loss), WEIGHTED: columns > WIDTH, GATHER: target.gathered };
  const tensors = { y: output, target_rows: target.name, permutation: 'permutation' };
  if (needsSums(metrics)) {
    const place = { STRIDE: layout.stride, OFFSET: layout.sumOffset };
    builder.call(metricSums, { ...tensors, metrics: 'metrics' }, { M, N, ...place, ...reading });
  }
  if (needsCounts(metrics)) {
    const counts = builder.tensor('counts', [countSize(N, ROC_BINS)], 'data', { type: 'u32' });
    builder.call(classCounts, { ...tensors, counts }, { M, N, BINS: ROC_BINS, ...reading });
  }
}

/** The sigmoid or softmax that a loss from logits did without. */
function planLastActivation(builder: PlanBuilder, x: string, { name }: Loss): string {
  const [M, N] = builder.shape(x);
  const y = builder.tensor(`${x}/activated`, [M, N], 'scratch');
  if (name === 'binaryCrossentropy') {
    builder.call(activationForward, { x, y }, { M, N, ...activationConstants({ name: 'sigmoid' }) });
  } else {
    builder.call(softmaxForward, { x, y }, { M, N });
  }
  return y;
}
