/** Every kernel of the library. Parity tests, the self-test and the shader checks loop over this list. */
import { activationBackward } from './activation_backward.ts';
import { activationForward } from './activation_forward.ts';
import { augmentImageRows } from './augment_images.ts';
import { classCounts } from './class_counts.ts';
import { clipScale } from './clip_scale.ts';
import { denseForward } from './dense_forward.ts';
import { dropoutRows } from './dropout.ts';
import { gatherHalves } from './gather_halves.ts';
import { gatherRows } from './gather_rows.ts';
import { gaussianNoiseRows } from './gaussian_noise.ts';
import { gradientNorm } from './gradient_norm.ts';
import { gradientUpdate } from './gradient_update.ts';
import { hiddenDelta } from './hidden_delta.ts';
import type { Kernel } from './kernel.ts';
import { metricSums } from './metric_sums.ts';
import { mixRows } from './mixup.ts';
import { normalizationBackward } from './normalization_backward.ts';
import { normalizationForward } from './normalization_forward.ts';
import { outputDelta } from './output_delta.ts';
import { scatterRows } from './scatter_rows.ts';
import { softmaxBackward } from './softmax_backward.ts';
import { softmaxForward } from './softmax_forward.ts';
import { trainHead } from './train_head.ts';
import { trainSmall } from './train_small.ts';
import { unitStats } from './unit_stats.ts';
import { weightAverage } from './weight_average.ts';
import { weightGradient } from './weight_gradient.ts';
import { weightPenalty } from './weight_penalty.ts';
import { weightUpdate } from './weight_update.ts';

export const registry: readonly Kernel[] = [
  gatherRows,
  gatherHalves,
  augmentImageRows,
  mixRows,
  denseForward,
  activationForward,
  softmaxForward,
  normalizationForward,
  dropoutRows,
  gaussianNoiseRows,
  outputDelta,
  metricSums,
  classCounts,
  softmaxBackward,
  normalizationBackward,
  activationBackward,
  hiddenDelta,
  weightGradient,
  weightUpdate,
  gradientUpdate,
  weightAverage,
  gradientNorm,
  clipScale,
  weightPenalty,
  unitStats,
  scatterRows,
  trainHead,
  trainSmall,
];
