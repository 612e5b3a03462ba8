/** Tables in the page: a small network, and what to train and to test it on. */
import {
  dense,
  dropMissing,
  encodeInputs,
  encodeTarget,
  type Fold,
  fitPreprocessing,
  kFold,
  l2,
  type Preprocessing,
  type Table,
} from '../../src/index.ts';
import type { Problem } from './problems.ts';
import type { TableTask } from './trainProtocol.ts';

/** The draw of the test rows stays the same whatever the seed of a run, so that runs compare. */
const splitSeed = 1;
const folds = 5;
/** One network for every table. How much its weights count was chosen on other draws of the folds. */
const hidden = [32, 16];
const kernelRegularizer = l2({ l2: 0.005 });
const learningRate = 0.005;

/** The task on those of its rows that have something to learn. */
export function learnable({ table, ...task }: TableTask): TableTask {
  return { ...task, table: dropMissing(table, [task.target]) };
}

/** Folds of the table's rows, with the classes in equal shares where the target is one of classes. */
export function tableFolds({ table, target }: TableTask): Fold[] {
  const column = table.columns.find(({ name }) => name === target);
  const labels = column?.kind === 'category' ? column.cells : undefined;
  return kFold(table.count, { k: folds, seed: splitSeed, labels });
}

/** A fifth of the rows to test on, the others to train on. */
export function tableProblem(task: TableTask): Problem {
  const rows = learnable(task);
  const dropped = task.table.count - rows.table.count;
  const problem = foldProblem(rows, tableFolds(rows)[0]);
  const note = `${task.target} missing in ${dropped} of ${task.table.count} rows: left out`;
  return { ...problem, notes: dropped > 0 ? [note, ...problem.notes] : problem.notes };
}

/** What is fitted is fitted on the training rows of this fold alone. */
export function foldProblem({ table, target, ignore }: TableTask, fold: Fold): Problem {
  const { trainingRows, testRows } = fold;
  const preprocessing = fitPreprocessing(table, { target, trainingRows, ignore });
  const { width } = encodeInputs(preprocessing, table);
  return {
    layers: [
      ...hidden.map((units, i) =>
        dense({
          units,
          activation: 'relu',
          kernelInitializer: 'heNormal',
          kernelRegularizer,
          inputShape: i ? undefined : [width],
        }),
      ),
      outputLayer(preprocessing),
    ],
    ...objective(preprocessing),
    learningRate,
    preprocessing,
    train: encodeRows(preprocessing, table, trainingRows),
    test: encodeRows(preprocessing, table, testRows),
    notes: encodingNotes(preprocessing, table),
  };
}

function outputLayer({ target }: Preprocessing) {
  if (target.kind === 'numeric') return dense({ units: 1, kernelRegularizer });
  return dense({ units: target.categories.length, activation: 'softmax', kernelRegularizer });
}

function objective({ target }: Preprocessing): Pick<Problem, 'loss' | 'metrics'> {
  return target.kind === 'numeric'
    ? { loss: 'meanSquaredError', metrics: ['r2', 'meanAbsoluteError'] }
    : { loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] };
}

function encodeRows(preprocessing: Preprocessing, table: Table, rows: readonly number[]) {
  return {
    x: encodeInputs(preprocessing, table, rows).x,
    y: encodeTarget(preprocessing, table, rows),
  };
}

/** What stands in for values that the network cannot be given. */
function encodingNotes(preprocessing: Preprocessing, table: Table): string[] {
  const { missing, unseen } = encodeInputs(preprocessing, table);
  const numeric = preprocessing.inputs.filter(({ kind }) => kind === 'numeric').map(({ name }) => name);
  const places = (count: number) => `in ${count} of ${table.count} rows`;
  const instead = (name: string) =>
    numeric.includes(name) ? 'the mean of the training rows' : 'no category';
  return [
    ...Object.entries(missing).map(([name, n]) => `${name} missing ${places(n)}: ${instead(name)} instead`),
    ...Object.entries(unseen).map(
      ([name, n]) => `${name} unknown to the training rows ${places(n)}: no category`,
    ),
  ];
}
