/** The browser's half of the train command: the same public interface that any page would use. */
import { adam, cosineRestarts, createRuntime, sequential } from '../../src/index.ts';
import { describeDevice } from './describeDevice.ts';
import { loadProblem, type Problem } from './problems.ts';
import { ProgressReport } from './progressReport.ts';
import { score } from './score.ts';
import type { TrainOutcome, TrainRequest } from './trainProtocol.ts';

window.train = async (request: TrainRequest): Promise<TrainOutcome> => {
  const runtime = await createRuntime({ backend: request.backend });
  const problem = await loadProblem(request);
  const { layers, preprocessing, loss: objective, metrics } = problem;
  const model = sequential({ seed: request.seed, layers, preprocessing });
  // The rate falls to zero over the whole training: the last steps settle what the first ones found.
  const learningRate = cosineRestarts({ rate: problem.learningRate, steps: countSteps(problem, request) });
  model.compile({ optimizer: adam({ learningRate }), loss: objective, metrics, runtime });

  const started = performance.now();
  const { epochs, batchSize } = request;
  const progress = new ProgressReport(countSteps(problem, request), epochs);
  const { callbacks } = progress;
  const { history } = await model.fit(problem.train.x, problem.train.y, { epochs, batchSize, callbacks });
  await progress.show();
  const seconds = (performance.now() - started) / 1000;

  const scores = await score(model, problem);
  const reports = await runtime.selfTest();
  const result = {
    ...describeDevice(runtime),
    dataset: request.dataset,
    samples: problem.train.y.length,
    epochs,
    seconds,
    stepsPerSecond: countSteps(problem, request) / seconds,
    loss: history.loss[epochs - 1],
    ...scores,
    parity: Math.max(...reports.map(({ maxError }) => maxError)),
  };
  return {
    result,
    notes: problem.notes,
    misses: reports.flatMap(({ kernel, failures }) => failures.slice(0, 1).map((f) => `${kernel}, ${f}`)),
  };
};

function countSteps(problem: Problem, { epochs, batchSize }: Pick<TrainRequest, 'epochs' | 'batchSize'>) {
  return epochs * Math.ceil(problem.train.y.length / batchSize);
}
