/** What happens to the rows of a step between the data set and the network's first operation. */
import { augmentImageRows } from '../kernels/augment_images.ts';
import { gaussianNoiseRows } from '../kernels/gaussian_noise.ts';
import { mixRows } from '../kernels/mixup.ts';
import type { Augmentation, ImageAugmentation } from '../model/augmentation.ts';
import { isSparse, type Loss, targetWidth } from '../model/losses.ts';
import type { Network } from '../model/network.ts';
import type { Source } from './forward.ts';
import { operationSeed } from './lower.ts';
import type { PlanBuilder } from './plan.ts';

/** What a step trains on, and the loss for such targets. */
export interface Examples {
  readonly x: Source;
  readonly target: Source;
  readonly loss: Loss;
}

/** Layers have the seeds from 0 on: these stay what they are whatever the layers. Images take two. */
const seeds = { images: -2, rows: -3 };

/** Adds the augmentations in turn. The first of them draws the batch from the data set. */
export function planAugmentations(
  builder: PlanBuilder,
  network: Network,
  augmentations: readonly Augmentation[],
  examples: Examples,
): Examples {
  let { x, target, loss } = examples;
  for (const augmentation of augmentations) {
    const seed = operationSeed(network, seeds[augmentation.type]);
    if (augmentation.type === 'images') {
      x = planImages(builder, augmentation, x, seed);
      continue;
    }
    const { mixup, jitter } = augmentation;
    if (mixup > 0) ({ x, target, loss } = planMixup(builder, network, { x, target, loss }));
    if (jitter > 0) x = planJitter(builder, jitter, x, seed);
  }
  return { x, target, loss };
}

function planImages(
  builder: PlanBuilder,
  { shape, shift, rotate, zoom, noise, cutOut }: ImageAugmentation,
  data: Source,
  SEED: number,
): Source {
  const [HEIGHT, WIDTH, CHANNELS = 1] = shape;
  const batch = declareBatch(builder, 'x/images', HEIGHT * WIDTH * CHANNELS);
  builder.call(
    augmentImageRows,
    { data: data.name, permutation: 'permutation', batch: batch.name },
    {
      ...{ M: builder.batch, HEIGHT, WIDTH, CHANNELS, GATHER: data.gathered, SEED },
      ...{ SHIFT_X: shift[1] * WIDTH, SHIFT_Y: shift[0] * HEIGHT },
      ...{ ROTATE: rotate, ZOOM: zoom, NOISE: noise, CUT_OUT: cutOut },
    },
  );
  return batch;
}

/** Labels that have been mixed are no labels: the loss takes them as the targets of the dense cross-entropy. */
function planMixup(
  builder: PlanBuilder,
  { inputs, outputs }: Network,
  { x, target, loss }: Examples,
): Examples {
  const M = builder.batch;
  const permutation = 'permutation';
  const mixedX = declareBatch(builder, 'x/mixed', inputs);
  builder.call(
    mixRows,
    { target_rows: x.name, permutation, mixed: mixedX.name },
    { M, COLUMNS: inputs, WIDTH: inputs, GATHER: x.gathered },
  );
  const WIDTH = targetWidth(loss, outputs);
  const WEIGHTED = builder.shape(target.name)[1] > WIDTH;
  const COLUMNS = outputs + Number(WEIGHTED);
  const mixedTarget = declareBatch(builder, 'target/mixed', COLUMNS);
  builder.call(
    mixRows,
    { target_rows: target.name, permutation, mixed: mixedTarget.name },
    { M, COLUMNS, WIDTH, WEIGHTED, SPARSE: isSparse(loss), GATHER: target.gathered },
  );
  const name = isSparse(loss) ? 'categoricalCrossentropy' : loss.name;
  return { x: mixedX, target: mixedTarget, loss: { ...loss, name } };
}

function planJitter(builder: PlanBuilder, STDDEV: number, x: Source, SEED: number): Source {
  const [, N] = builder.shape(x.name);
  const batch = declareBatch(builder, 'x/jittered', N);
  builder.call(
    gaussianNoiseRows,
    { x: x.name, permutation: 'permutation', y: batch.name },
    { M: builder.batch, N, SEED, STDDEV, GATHER: x.gathered },
  );
  return batch;
}

function declareBatch(builder: PlanBuilder, name: string, width: number): Source {
  return { name: builder.tensor(name, [builder.batch, width], 'scratch'), gathered: false };
}
