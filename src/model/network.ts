import { checkOptions, fail } from './check.ts';
import { type Layer, parseLayer } from './layers.ts';

type Placed<L extends Layer> = L extends Layer ? Omit<L, 'name' | 'inputs'> : never;

/** A layer in its place: named, with its width known on both sides. */
export type NetworkLayer = {
  readonly name: string;
  readonly inputs: number;
  readonly units: number;
} & Placed<Layer>;

export type NetworkDense = Extract<NetworkLayer, { type: 'dense' }>;

export type NetworkNormalization = Extract<
  NetworkLayer,
  { type: 'layerNormalization' | 'batchNormalization' }
>;

/** What a network is: plain data, which knows no device. */
export interface Network {
  readonly seed: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly layers: readonly NetworkLayer[];
}

export const denseLayers = (network: Network) =>
  network.layers.filter((layer): layer is NetworkDense => layer.type === 'dense');

/** Puts layers in a row: widths follow from one to the next, names become unique. */
export function buildNetwork(layers: readonly Layer[], seed: number): Network {
  if (!Array.isArray(layers) || layers.length === 0) fail('layers', layers, 'an array of at least one layer');
  if (!Number.isSafeInteger(seed)) fail('seed', seed, 'an integer');
  const placed: NetworkLayer[] = [];
  for (const [i, given] of layers.entries()) {
    const layer = parseLayer(`layers[${i}]`, given);
    const inputs = placed.at(-1)?.units ?? layer.inputs;
    if (inputs === undefined)
      fail('layers[0].inputShape', undefined, '[inputs], which the first layer must state');
    if (layer.inputs !== undefined && layer.inputs !== inputs) {
      fail(`layers[${i}].inputShape`, [layer.inputs], `[${inputs}], the width of the layer before it`);
    }
    const units = layer.type === 'dense' ? layer.units : inputs;
    placed.push({ ...layer, inputs, units, name: uniqueName(layer, placed, i) });
  }
  return { seed, inputs: placed[0].inputs, outputs: placed[placed.length - 1].units, layers: placed };
}

function uniqueName(layer: Layer, placed: readonly NetworkLayer[], index: number): string {
  const taken = (name: string) => placed.some((other) => other.name === name);
  if (layer.name !== undefined) {
    if (taken(layer.name)) fail(`layers[${index}].name`, layer.name, 'a name no other layer has');
    return layer.name;
  }
  let name: string = layer.type;
  for (let n = 1; taken(name); n++) name = `${layer.type}_${n}`;
  return name;
}

/** Checks and builds what `sequential` is given. */
export function parseNetwork(options: { layers: readonly Layer[]; seed?: number }): Network {
  checkOptions('sequential', options, ['layers', 'seed', 'preprocessing']);
  return buildNetwork(options.layers, options.seed ?? 0);
}
