/** From the arguments of `fit` and its kin to rows. */

import { type LabelledRows, type RowsInput, splitRows, toRows, toTargets } from '../data/rows.ts';
import { addRowWeights, type RowWeights } from '../data/rowWeights.ts';
import { checkFraction, fail } from '../model/check.ts';
import type { Loss } from '../model/losses.ts';
import type { Network } from '../model/network.ts';

export interface DataOptions extends RowWeights {
  /** Share of the rows, the last ones, to keep for validation. */
  validationSplit?: number;
  validationData?: readonly [RowsInput, RowsInput];
}

/**
 * x and y as rows that fit the network and the loss.
 * @throws when they do not
 */
export function parseData(
  network: Network,
  loss: Loss,
  x: RowsInput,
  y: RowsInput,
  names = ['x', 'y'],
): LabelledRows {
  const rows = toRows(names[0], x, network.inputs);
  return { x: rows, target: toTargets(names[1], y, loss, network.outputs, rows.count) };
}

/** The rows to train on, with their weights, and those to validate on. */
export function parseFitData(
  network: Network,
  loss: Loss,
  x: RowsInput,
  y: RowsInput,
  options: DataOptions,
): { data: LabelledRows; validation?: LabelledRows } {
  const { validationSplit = 0, validationData } = options;
  const all = parseData(network, loss, x, y);
  checkFraction('validationSplit', validationSplit);
  const weigh = (data: LabelledRows) => addRowWeights(data, options, loss, network.outputs);
  if (validationData !== undefined) {
    if (!Array.isArray(validationData) || validationData.length !== 2) {
      fail('validationData', validationData, '[x, y]');
    }
    const names = ['validationData[0]', 'validationData[1]'];
    return {
      data: weigh(all),
      validation: parseData(network, loss, validationData[0], validationData[1], names),
    };
  }
  if (validationSplit === 0) return { data: weigh(all) };
  const { data, validation } = splitRows(all, validationSplit);
  return { data: weigh(data), validation };
}
