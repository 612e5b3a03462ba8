/** The browser's half of the results command. */
import { adam, createRuntime, type Runtime, sequential } from '../../src/index.ts';
import { digitsTraining, type Training } from './digitsRecipes.ts';
import type { Measurement, MeasureRequest } from './resultsProtocol.ts';
import { score } from './score.ts';
import { foldProblem, learnable, tableFolds } from './tableProblem.ts';
import { type TableTask, type TrainResult, tableDefaults } from './trainProtocol.ts';

window.measure = async ({ task, recipe, backend, seed }: MeasureRequest): Promise<Measurement> => {
  const runtime = await createRuntime({ backend });
  const trainings = [
    ...(task ? tableTrainings(task) : []),
    ...(recipe ? [await digitsTraining(recipe)] : []),
  ];
  const started = performance.now();
  const results: Scores[] = [];
  for (const training of trainings) results.push(await trainAndTest(runtime, training, seed));
  const seconds = (performance.now() - started) / 1000;
  const measurement = {
    backend: runtime.backend,
    samples: trainings[0].samples,
    scores: results.map(({ test }) => valueIn(test)),
    trainingScores: results.map(({ train }) => valueIn(train)),
    losses: results.map(({ loss }) => loss),
    meanAbsoluteErrors: results.flatMap(({ test }) => test.testMeanAbsoluteError ?? []),
    seconds,
  };
  runtime.dispose();
  return measurement;
};

type Score = Pick<TrainResult, 'testAccuracy' | 'testR2' | 'testMeanAbsoluteError'>;
type Scores = { train: Score; test: Score; loss: number };

const valueIn = ({ testAccuracy, testR2 }: Score) => testAccuracy ?? testR2 ?? Number.NaN;

function tableTrainings(task: TableTask): Training[] {
  const rows = learnable(task);
  return tableFolds(rows).map((fold) => {
    const problem = foldProblem(rows, fold);
    const optimizer = adam({ learningRate: problem.learningRate });
    return { problem, samples: rows.table.count, optimizer, options: tableDefaults };
  });
}

async function trainAndTest(
  runtime: Runtime,
  { problem, optimizer, options }: Training,
  seed: number,
): Promise<Scores> {
  const { layers, preprocessing, loss, metrics, train } = problem;
  const model = sequential({ seed, layers, preprocessing });
  model.compile({ optimizer, loss, metrics, runtime });
  await model.fit(train.x, train.y, options);
  const scores = { test: await score(model, problem), train: await score(model, { test: train }) };
  const { loss: testLoss } = await model.evaluate(problem.test.x, problem.test.y);
  model.dispose();
  return { ...scores, loss: testLoss };
}
