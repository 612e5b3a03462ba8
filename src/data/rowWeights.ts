/** How much each row counts in the loss. */
import { checkNotNegative, fail } from '../model/check.ts';
import { isSparse, type Loss } from '../model/losses.ts';
import type { LabelledRows, Rows } from './rows.ts';

export interface RowWeights {
  /** A factor for each row's loss. */
  sampleWeight?: ArrayLike<number>;
  /** A factor for the rows of each class, by label; classes that are not named count once. */
  classWeight?: Readonly<Record<number, number>>;
}

/**
 * The rows with their weights as a last column of the targets; as they are where no weight is given.
 * @throws when the weights are not numbers that fit the rows, or classes are named where the loss knows none
 */
export function addRowWeights(
  data: LabelledRows,
  given: RowWeights,
  loss: Loss,
  outputs: number,
): LabelledRows {
  const { sampleWeight, classWeight } = given;
  if (sampleWeight === undefined && classWeight === undefined) return data;
  const weights = new Float32Array(data.x.count).fill(1);
  if (sampleWeight !== undefined) multiply(weights, checkSampleWeight(sampleWeight, data.x.count));
  if (classWeight !== undefined) {
    const table = checkClassWeight(classWeight, loss, outputs);
    multiply(
      weights,
      Float32Array.from(labelsOf(data.target, loss), (label) => table.get(label) ?? 1),
    );
  }
  return { ...data, target: appendColumn(data.target, weights), weighted: true };
}

function multiply(weights: Float32Array, factors: Float32Array): void {
  for (let i = 0; i < weights.length; i++) weights[i] *= factors[i];
}

function checkSampleWeight(weights: ArrayLike<number>, count: number): Float32Array {
  if (weights?.length !== count)
    fail('sampleWeight', weights, `${count} numbers, one for each row trained on`);
  return Float32Array.from(weights, (weight, i) => checkNotNegative(`sampleWeight[${i}]`, weight));
}

function checkClassWeight(
  weights: Readonly<Record<number, number>>,
  { name }: Loss,
  outputs: number,
): Map<number, number> {
  if (!/Crossentropy$/.test(name))
    fail('classWeight', weights, `a cross-entropy with it, where the loss is ${name}`);
  if (typeof weights !== 'object' || weights === null)
    fail('classWeight', weights, 'an object of weights by label');
  const classes = Math.max(outputs, 2);
  return new Map(
    Object.entries(weights).map(([key, weight]) => {
      const label = Number(key);
      if (!Number.isInteger(label) || label < 0 || label >= classes) {
        fail('classWeight label', key, `an integer from 0 to ${classes - 1}`);
      }
      return [label, checkNotNegative(`classWeight[${key}]`, weight)];
    }),
  );
}

/** Each row's class: its label, the largest of its targets, or of a single target whether it is above ½. */
function labelsOf({ data, width, count }: Rows, loss: Loss): number[] {
  return Array.from({ length: count }, (_, row) => {
    const target = data.subarray(row * width, (row + 1) * width);
    if (isSparse(loss)) return target[0];
    return width === 1 ? Number(target[0] > 0.5) : target.indexOf(Math.max(...target));
  });
}

function appendColumn({ data, width, count }: Rows, column: Float32Array): Rows {
  const wider = new Float32Array(count * (width + 1));
  for (let row = 0; row < count; row++) {
    wider.set(data.subarray(row * width, (row + 1) * width), row * (width + 1));
    wider[row * (width + 1) + width] = column[row];
  }
  return { count, width: width + 1, data: wider };
}
