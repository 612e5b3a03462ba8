/** The browser's half of the results command. */
import { adam, createRuntime, type Runtime, sequential } from '../../src/index.ts';
import type { Problem } from './problems.ts';
import type { Measurement, MeasureRequest } from './resultsProtocol.ts';
import { score } from './score.ts';
import { foldProblem, learnable, tableFolds } from './tableProblem.ts';
import { type TrainResult, tableDefaults } from './trainProtocol.ts';

window.measure = async ({ task, backend, seed }: MeasureRequest): Promise<Measurement> => {
  const runtime = await createRuntime({ backend });
  const started = performance.now();
  const rows = learnable(task);
  const scores: Score[] = [];
  for (const fold of tableFolds(rows))
    scores.push(await trainAndTest(runtime, foldProblem(rows, fold), seed));
  const seconds = (performance.now() - started) / 1000;
  const measurement = {
    backend: runtime.backend,
    samples: rows.table.count,
    scores: scores.map(({ testAccuracy, testR2 }) => testAccuracy ?? testR2 ?? Number.NaN),
    meanAbsoluteErrors: scores.flatMap(({ testMeanAbsoluteError }) => testMeanAbsoluteError ?? []),
    seconds,
  };
  runtime.dispose();
  return measurement;
};

type Score = Pick<TrainResult, 'testAccuracy' | 'testR2' | 'testMeanAbsoluteError'>;

async function trainAndTest(runtime: Runtime, problem: Problem, seed: number): Promise<Score> {
  const { layers, preprocessing, loss, metrics, learningRate, train } = problem;
  const model = sequential({ seed, layers, preprocessing });
  model.compile({ optimizer: adam({ learningRate }), loss, metrics, runtime });
  await model.fit(train.x, train.y, tableDefaults);
  const result = await score(model, problem);
  model.dispose();
  return result;
}
