/** Between the layers' tensors on a device and the kernels, biases and other weights that users see. */
import { fail } from '../model/check.ts';
import type { Network } from '../model/network.ts';
import { fillTensor, networkTensors, usedWeights, type WeightSpec } from '../model/parameters.ts';

export interface Weight {
  /** The layer's name, and `kernel`, `bias`, `gamma`, `beta`, `moving_mean` or `moving_variance`. */
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

export function splitTensors(network: Network, contents: ReadonlyMap<string, Float32Array>): Weight[] {
  return networkTensors(network).flatMap((tensor) => {
    const all = contents.get(tensor.name) as Float32Array;
    return usedWeights(tensor).map(({ name, shape, offset }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return { name, shape, data: all.slice(offset, offset + size) };
    });
  });
}

/**
 * The contents of every layer's tensors, by name, from a list of weights.
 * @throws when the list does not fit the network, or holds a number that is not finite
 */
export function parseWeights(network: Network, weights: readonly WeightInput[]): Map<string, Float32Array> {
  const tensors = networkTensors(network);
  const names = tensors.flatMap(usedWeights).map(({ name }) => name);
  if (!Array.isArray(weights) || weights.length !== names.length) {
    fail('weights', weights, `an array of ${names.length}: ${names.join(', ')}`);
  }
  return new Map(
    tensors.map((tensor) => {
      const data = fillTensor(tensor, (spec) => {
        const index = names.indexOf(spec.name);
        return parseWeight(`weights[${index}]`, weights[index], spec);
      });
      return [tensor.name, data];
    }),
  );
}

function parseWeight(argument: string, weight: WeightInput, { name, shape }: WeightSpec): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  if (weight?.name !== undefined && weight.name !== name) fail(`${argument}.name`, weight.name, `'${name}'`);
  if (weight?.shape !== undefined && weight.shape.join() !== shape.join()) {
    fail(`${argument}.shape`, weight.shape, `[${shape}]`);
  }
  if (weight?.data?.length !== size) fail(`${argument}.data`, weight?.data, `${size} numbers, [${shape}]`);
  const data = Float32Array.from(weight.data);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(`${argument}.data[${bad}]`, weight.data[bad], 'a finite number within float32');
  const negative = name.endsWith('variance') ? data.findIndex((value) => value < 0) : -1;
  if (negative >= 0) fail(`${argument}.data[${negative}]`, data[negative], 'a number that is not negative');
  return data;
}
