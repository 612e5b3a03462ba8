import {
  activation,
  batchNormalization,
  dense,
  dropout,
  type Layer,
  type LayerNormalizationOptions,
  layerNormalization,
} from '../../src/index.ts';

type Normalization = (options?: LayerNormalizationOptions) => Layer;

export const normalizations = Object.entries<Normalization>({ layerNormalization, batchNormalization });

const hidden = dense({ units: 4, inputShape: [3] });

/** Networks of three inputs, by where the normalisation is. */
export const placesOf = (normalization: Normalization): [string, Layer[]][] =>
  Object.entries({
    'first of all': [normalization({ inputShape: [3] }), dense({ units: 2 })],
    'before an activation': [
      hidden,
      normalization(),
      activation({ activation: 'tanh' }),
      dense({ units: 2 }),
    ],
    'after an activation': [hidden, activation({ activation: 'gelu' }), normalization(), dense({ units: 2 })],
    'before a dropout': [hidden, normalization(), dropout({ rate: 0.3 }), dense({ units: 2 })],
    'after a dropout': [hidden, dropout({ rate: 0.3 }), normalization(), dense({ units: 2 })],
    'twice in a row': [hidden, normalization(), normalization({ scale: false }), dense({ units: 2 })],
    'before the loss': [hidden, normalization()],
    'before softmax and the loss': [hidden, normalization(), activation({ activation: 'softmax' })],
    'on its own': [normalization({ inputShape: [3], center: false })],
  });
