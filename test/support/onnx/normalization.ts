/**
 * ONNX's normalisations as one call of the kernel, which is asked for the statistics too: a tensor of any rank is
 * rows of what is normalised together, or of one number for each channel.
 */
import { normalizationForward } from '../../../src/kernels/normalization_forward.ts';
import type { Executor } from '../../../src/plan/executor.ts';
import { callKernel } from './callKernel.ts';
import { attribute, input, type NodeTest } from './nodeTest.ts';
import type { Outcome, Runner } from './outcome.ts';
import { rowsAlong } from './rows.ts';

/** A root, a division, and sums of a few dozen numbers. */
const ULPS = 32;

/** The kernel on these rows, with scale, offset and whatever more the test has. */
function normalize(executor: Executor, test: NodeTest, rows: number[][], constants: object) {
  const [, scale, offset, mean, variance] = test.inputs.map(({ data }) => data);
  const [M, N] = [rows.length, rows[0].length];
  const contents = {
    x: rows.flat(),
    parameters: [...scale, ...offset],
    moving: mean ? [...mean, ...variance] : [0],
    statistics: new Array(2 * (mean ? N : M)).fill(0),
    y: rows.flat(),
  };
  const EPSILON = attribute(test, 'epsilon', 1e-5);
  const all = { M, N, BATCH: mean !== undefined, EPSILON, ...constants };
  return callKernel(executor, normalizationForward, contents, all, { rows: M });
}

const outcomes = (
  { outputs }: NodeTest,
  got: readonly ArrayLike<number>[],
  want = outputs.map((o) => o.data),
) => outputs.map(({ name }, i): Outcome => ({ name, got: got[i], want: want[i], ulps: ULPS }));

/** Over all axes from `axis` on. */
export const layerNormalization: Runner = async (test, { executor }) => {
  const { shape, data } = input(test, 0);
  const axis = attribute(test, 'axis', -1);
  const width = shape.slice(axis).reduce((a, b) => a * b);
  const rows = Array.from({ length: data.length / width }, (_, r) => data.slice(r * width, (r + 1) * width));
  const { y, statistics } = await normalize(executor, test, rows, {});
  const [means, scales] = [0, 1].map((at) => statistics.filter((_, i) => i % 2 === at));
  return outcomes(test, [y, means, scales]);
};

/** Over all axes but the second, the channels. */
export const batchNormalization: Runner = async (test, { executor }) => {
  const rows = rowsAlong(input(test, 0), 1);
  const MOVING = attribute(test, 'training_mode', 0) === 0;
  const BATCH_SHARE = 1 - attribute(test, 'momentum', 0.9);
  const { y, moving } = await normalize(executor, test, rows, { MOVING, BATCH_SHARE });
  const channels = rows[0].length;
  const [wanted, ...statistics] = test.outputs;
  return outcomes(
    test,
    [y, moving.slice(0, channels), moving.slice(channels)],
    [rowsAlong(wanted, 1).flat(), ...statistics.map(({ data }) => data)],
  );
};
