/** Between the devices' parameters, `[inputs + 1, units]`, and the kernels and biases that users see. */
import { fail } from '../model/check.ts';
import { denseLayers, type Network, type NetworkDense } from '../model/network.ts';

export interface Weight {
  /** The layer's name, and `kernel` or `bias`. */
  readonly name: string;
  /** `[inputs, units]`, row-major, or `[units]`. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What `setWeights` takes: data alone is enough, a name or a shape is checked. */
export interface WeightInput {
  readonly name?: string;
  readonly shape?: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Names and shapes of all weights, layer by layer. */
function weightSpecs(network: Network): { layer: NetworkDense; name: string; shape: readonly number[] }[] {
  return denseLayers(network).flatMap((layer) => {
    const kernel = { layer, name: `${layer.name}/kernel`, shape: [layer.inputs, layer.units] };
    const bias = { layer, name: `${layer.name}/bias`, shape: [layer.units] };
    return layer.useBias ? [kernel, bias] : [kernel];
  });
}

export function splitParameters(network: Network, parameters: ReadonlyMap<string, Float32Array>): Weight[] {
  return weightSpecs(network).map(({ layer, name, shape }) => {
    const all = parameters.get(layer.name) as Float32Array;
    const kernelSize = layer.inputs * layer.units;
    return { name, shape, data: shape.length === 2 ? all.slice(0, kernelSize) : all.slice(kernelSize) };
  });
}

/**
 * The parameters of each dense layer from a list of weights.
 * @throws when the list does not fit the network, or holds a number that is not finite
 */
export function parseWeights(
  network: Network,
  weights: readonly WeightInput[],
): Map<NetworkDense, Float32Array> {
  const specs = weightSpecs(network);
  if (!Array.isArray(weights) || weights.length !== specs.length) {
    fail('weights', weights, `an array of ${specs.length}: ${specs.map(({ name }) => name).join(', ')}`);
  }
  const parameters = new Map(
    denseLayers(network).map((layer) => [layer, new Float32Array((layer.inputs + 1) * layer.units)]),
  );
  for (const [i, { layer, name, shape }] of specs.entries()) {
    const data = parseWeight(`weights[${i}]`, weights[i], name, shape);
    parameters.get(layer)?.set(data, shape.length === 2 ? 0 : layer.inputs * layer.units);
  }
  return parameters;
}

function parseWeight(
  argument: string,
  weight: WeightInput,
  name: string,
  shape: readonly number[],
): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  if (weight?.name !== undefined && weight.name !== name) fail(`${argument}.name`, weight.name, `'${name}'`);
  if (weight?.shape !== undefined && weight.shape.join() !== shape.join()) {
    fail(`${argument}.shape`, weight.shape, `[${shape}]`);
  }
  if (weight?.data?.length !== size) fail(`${argument}.data`, weight?.data, `${size} numbers, [${shape}]`);
  const data = Float32Array.from(weight.data);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(`${argument}.data[${bad}]`, weight.data[bad], 'a finite number within float32');
  return data;
}
