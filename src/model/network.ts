import { printActivation } from './activations.ts';
import { checkOptions, fail } from './check.ts';
import { initialValues } from './initializers.ts';
import type { ActivationLayer, DenseLayer, DropoutLayer, GaussianNoiseLayer, Layer } from './layers.ts';
import { parseLayer } from './layers.ts';
import { streams, uniformSource } from './random.ts';

/** A layer in its place: named, with its width known on both sides. */
export type NetworkLayer = { readonly name: string; readonly inputs: number; readonly units: number } & (
  | Omit<DenseLayer, 'name' | 'inputs'>
  | Omit<ActivationLayer, 'name' | 'inputs'>
  | Omit<DropoutLayer, 'name' | 'inputs'>
  | Omit<GaussianNoiseLayer, 'name' | 'inputs'>
);

export type NetworkDense = Extract<NetworkLayer, { type: 'dense' }>;

/** What a network is: plain data, which knows no device. */
export interface Network {
  readonly seed: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly layers: readonly NetworkLayer[];
}

/** Parameters of a dense layer on every device: the kernel `[inputs, units]` with the bias as one more row. */
export const parameterShape = ({ inputs, units }: { inputs: number; units: number }) => [inputs + 1, units];

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

/** The first parameters of a dense layer, `[inputs + 1, units]`, from the network's seed. */
export function initialParameters(network: Network, layer: NetworkDense): Float32Array {
  // Counted among the dense layers: a dropout layer put between does not change the others' weights.
  const uniform = uniformSource(network.seed, streams.initializer, denseLayers(network).indexOf(layer));
  const { inputs, units } = layer;
  const kernel = initialValues(layer.kernelInitializer, [inputs, units], layer, uniform);
  const result = new Float32Array((inputs + 1) * units);
  result.set(kernel);
  if (layer.useBias)
    result.set(initialValues(layer.biasInitializer, [1, units], layer, uniform), kernel.length);
  return result;
}

export function parameterCount(layer: NetworkLayer): number {
  return layer.type === 'dense' ? (layer.inputs + Number(layer.useBias)) * layer.units : 0;
}

/** The network as a table: a line a layer, and the number of parameters. */
export function printNetwork(network: Network): string {
  const rows = network.layers.map((layer) => [
    layer.name,
    layer.type,
    `${layer.inputs} → ${layer.units}`,
    printSettings(layer),
    parameterCount(layer).toLocaleString('en-US'),
  ]);
  const total = network.layers.reduce((sum, layer) => sum + parameterCount(layer), 0);
  const table = printTable(['layer', 'type', 'width', 'settings', 'parameters'], rows);
  return `${table}\n${total.toLocaleString('en-US')} parameters`;
}

function printSettings(layer: NetworkLayer): string {
  if (layer.type === 'dropout') return `rate = ${layer.rate}`;
  if (layer.type === 'gaussianNoise') return `stddev = ${layer.stddev}`;
  return printActivation(layer.activation);
}

/** Columns padded to their widest entry, under a ruled heading. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [line(heading), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** Checks and builds what `sequential` is given. */
export function parseNetwork(options: { layers: readonly Layer[]; seed?: number }): Network {
  checkOptions('sequential', options, ['layers', 'seed', 'preprocessing']);
  return buildNetwork(options.layers, options.seed ?? 0);
}
