/** ONNX's losses through `fit`: class weights, rows to ignore, and all three reductions. */
import { dense, type Runtime, sequential, sgd } from '../../../src/index.ts';
import { predict } from './forward.ts';
import { attribute, input, type NodeTest } from './nodeTest.ts';
import type { Outcome, Runner } from './outcome.ts';
import { diagonal, rowsAlong } from './rows.ts';

/** A logarithm on either side of a sum of exponentials; a sum over rows comes to that. */
const ULPS = 16;

/** Classes in rows, what each row should be, and how much it counts; a row to ignore has weight 0. */
interface Labelled {
  readonly rows: number[][];
  readonly labels: number[];
  readonly counts: number[];
  readonly classWeight: Record<number, number>;
}

function readLabelled(test: NodeTest): Labelled {
  const rows = rowsAlong(input(test, 0), 1);
  const { data: targets } = input(test, 1);
  const ignored = attribute(test, 'ignore_index', Number.NaN);
  return {
    rows,
    labels: targets.map((label) => (label === ignored ? 0 : label)),
    counts: targets.map((label) => Number(label !== ignored)),
    classWeight: { ...(test.inputs[2]?.data ?? rows[0].map(() => 1)) },
  };
}

/** Losses of the steps of one epoch over rows that pass a kernel of ones on the diagonal, which stays as it is. */
async function stepLosses(
  runtime: Runtime,
  activation: 'softmax' | 'linear',
  { rows, labels, counts, classWeight }: Labelled,
  batchSize: number,
): Promise<readonly number[]> {
  const units = rows[0].length;
  const model = sequential({ layers: [dense({ units, activation, useBias: false, inputShape: [units] })] });
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'sparseCategoricalCrossentropy', runtime });
  await model.setWeights([{ data: diagonal(units).flat() }]);
  const options = { sampleWeight: counts, classWeight, batchSize, shuffle: false, recordSteps: true };
  const { steps = [] } = await model.fit(rows, labels, options);
  model.dispose();
  return steps;
}

/** `none`: a step for each row. Else one step of all rows; the mean is by the sum of the rows' weights. */
async function reduced(
  test: NodeTest,
  runtime: Runtime,
  activation: 'softmax' | 'linear',
  labelled: Labelled,
): Promise<Outcome> {
  const { rows, labels, counts, classWeight } = labelled;
  const reduction = test.attributes.reduction ?? 'mean';
  const [{ name, data: want }] = test.outputs;
  const got = await stepLosses(runtime, activation, labelled, reduction === 'none' ? 1 : rows.length);
  const weight = labels.reduce((sum, label, i) => sum + counts[i] * classWeight[label], 0);
  const factor = { none: 1, sum: rows.length, mean: rows.length / weight }[String(reduction)] ?? Number.NaN;
  return { name, got: got.map((loss) => loss * factor), want, ulps: ULPS };
}

/** Softmax and its cross-entropy from logits, and the logarithm of the softmax where that is asked for too. */
export const softmaxCrossEntropy: Runner = async (test, runtime) => {
  const labelled = readLabelled(test);
  const outcomes = [await reduced(test, runtime, 'softmax', labelled)];
  const [, logarithm] = test.outputs;
  if (!logarithm) return outcomes;
  const units = labelled.rows[0].length;
  const layer = dense({ units, activation: 'softmax', useBias: false, inputShape: [units] });
  const softmax = await predict(runtime, [layer], [diagonal(units).flat()], labelled.rows);
  const want = rowsAlong(logarithm, 1).flat();
  return [...outcomes, { name: logarithm.name, got: Array.from(softmax, Math.log), want, ulps: ULPS }];
};

/** The cross-entropy takes probabilities, ONNX their logarithms. */
export const negativeLogLikelihood: Runner = async (test, runtime) => {
  const labelled = readLabelled(test);
  const rows = labelled.rows.map((row) => row.map(Math.exp));
  return [await reduced(test, runtime, 'linear', { ...labelled, rows })];
};
