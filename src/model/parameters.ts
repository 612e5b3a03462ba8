/** What layers keep on a device: tensors of rows × units, and the weights that users know as parts of them. */
import { type Initializer, initialValues } from './initializers.ts';
import type { Network, NetworkLayer, NetworkNormalization } from './network.ts';
import { streams, uniformSource } from './random.ts';

/** Rows of a tensor that have a name of their own. */
export interface WeightSpec {
  /** The layer's name and the weight's, as `dense/kernel`. */
  readonly name: string;
  /** `[inputs, units]` of a kernel, `[units]` of all others. */
  readonly shape: readonly number[];
  /** Where in the tensor its numbers begin. */
  readonly offset: number;
  /** How it begins; in a layer that does without it, the number that stands in its place for good. */
  readonly initial: Initializer | number;
}

/** A tensor that belongs to a layer for as long as that lives. */
export interface LayerTensor {
  readonly name: string;
  readonly shape: readonly [rows: number, units: number];
  readonly weights: readonly WeightSpec[];
  /** The numbers that the optimizer changes: from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
}

type UsedWeight = WeightSpec & { readonly initial: Initializer };

/** The weights that the layer has: those that users see. */
export const usedWeights = ({ weights }: Pick<LayerTensor, 'weights'>) =>
  weights.filter((weight): weight is UsedWeight => typeof weight.initial !== 'number');

/**
 * A layer's tensors: the kernel of a dense layer with the bias as one more row; γ and β of a normalisation; the moving
 * mean and variance of a batch normalisation.
 */
export function layerTensors(layer: NetworkLayer): LayerTensor[] {
  switch (layer.type) {
    case 'dense':
      return [
        tensorOf(layer, 'parameters', [
          ['kernel', [layer.inputs, layer.units], layer.kernelInitializer],
          ['bias', [layer.units], layer.useBias ? layer.biasInitializer : 0],
        ]),
      ];
    case 'layerNormalization':
      return [scaleAndOffset(layer)];
    case 'batchNormalization':
      return [
        scaleAndOffset(layer),
        tensorOf(layer, 'moving', [
          ['moving_mean', [layer.units], layer.movingMeanInitializer],
          ['moving_variance', [layer.units], layer.movingVarianceInitializer],
        ]),
      ];
    default:
      return [];
  }
}

const scaleAndOffset = (layer: NetworkNormalization) =>
  tensorOf(layer, 'parameters', [
    ['gamma', [layer.units], layer.scale ? layer.gammaInitializer : 1],
    ['beta', [layer.units], layer.center ? layer.betaInitializer : 0],
  ]);

function tensorOf(
  layer: NetworkLayer,
  kind: 'parameters' | 'moving',
  parts: readonly (readonly [name: string, shape: readonly number[], initial: WeightSpec['initial']])[],
): LayerTensor {
  let size = 0;
  const weights = parts.map(([name, shape, initial]) => {
    const offset = size;
    size += sizeOf(shape);
    return { name: `${layer.name}/${name}`, shape, offset, initial };
  });
  const trained = kind === 'parameters' ? usedWeights({ weights }) : [];
  const last = trained.at(-1);
  return {
    name: `${layer.name}/${kind}`,
    shape: [size / layer.units, layer.units],
    weights,
    start: trained[0]?.offset ?? 0,
    end: last ? last.offset + sizeOf(last.shape) : 0,
  };
}

/** The layer's tensor that the optimizer changes, wholly or in part. */
export const trainedTensor = (layer: NetworkLayer) => layerTensors(layer).find(({ end }) => end > 0);

export const networkTensors = ({ layers }: Pick<Network, 'layers'>) => layers.flatMap(layerTensors);

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A tensor's contents, from those of the weights that the layer has. */
export function fillTensor(
  { shape, weights }: LayerTensor,
  valuesOf: (weight: UsedWeight) => ArrayLike<number>,
): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  for (const { initial, offset, shape } of weights) {
    if (typeof initial === 'number') data.fill(initial, offset, offset + sizeOf(shape));
  }
  for (const weight of usedWeights({ weights })) data.set(valuesOf(weight), weight.offset);
  return data;
}

/** The first contents of every tensor by name, from the network's seed. */
export function initialContents(network: Network): Map<string, Float32Array> {
  const contents = new Map<string, Float32Array>();
  for (const layer of network.layers) {
    // Counted among its own kind: a dropout layer put between does not change the others' weights.
    const kin = network.layers.filter(({ type }) => type === layer.type);
    const uniform = uniformSource(network.seed, streamOf(layer), kin.indexOf(layer));
    for (const tensor of layerTensors(layer)) {
      const values = fillTensor(tensor, ({ initial, shape: [rows, columns] }) =>
        initialValues(initial, columns === undefined ? [1, rows] : [rows, columns], layer, uniform),
      );
      contents.set(tensor.name, values);
    }
  }
  return contents;
}

const streamOf = ({ type }: NetworkLayer) =>
  type === 'layerNormalization' || type === 'batchNormalization' ? streams[type] : streams.initializer;

/** Numbers that users see of these layers, and how many of them the optimizer changes. */
export function countParameters(layers: readonly NetworkLayer[]): { total: number; trained: number } {
  let total = 0;
  let trained = 0;
  for (const tensor of networkTensors({ layers })) {
    const size = usedWeights(tensor).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    total += size;
    trained += tensor.end - tensor.start;
  }
  return { total, trained };
}
