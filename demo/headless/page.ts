/** The browser's half of the train command: the same public interface that any page would use. */
import {
  adam,
  cosineRestarts,
  createRuntime,
  type Logs,
  type Runtime,
  type Sequential,
  sequential,
} from '../../src/index.ts';
import { loadProblem, type Problem } from './problems.ts';
import { score } from './score.ts';
import type { TrainOutcome, TrainRequest } from './trainProtocol.ts';

const progressInterval = 100;

window.train = async (request: TrainRequest): Promise<TrainOutcome> => {
  const runtime = await createRuntime({ backend: request.backend });
  const problem = await loadProblem(request);
  const { layers, preprocessing, loss: objective, metrics } = problem;
  const model = sequential({ seed: request.seed, layers, preprocessing });
  // The rate falls to zero over the whole training: the last steps settle what the first ones found.
  const learningRate = cosineRestarts({ rate: problem.learningRate, steps: countSteps(problem, request) });
  model.compile({ optimizer: adam({ learningRate }), loss: objective, metrics, runtime });

  const started = performance.now();
  const loss = await fit(model, problem, request);
  const seconds = (performance.now() - started) / 1000;

  const scores = await score(model, problem);
  const reports = await runtime.selfTest();
  const result = {
    backend: runtime.backend,
    adapter: adapterName(runtime),
    isFallbackAdapter: runtime.info.isFallbackAdapter,
    dataset: request.dataset,
    samples: problem.train.y.length,
    epochs: request.epochs,
    seconds,
    stepsPerSecond: countSteps(problem, request) / seconds,
    loss,
    ...scores,
    parity: Math.max(...reports.map(({ maxError }) => maxError)),
  };
  return {
    result,
    notes: problem.notes,
    misses: reports.flatMap(({ kernel, failures }) => failures.slice(0, 1).map((f) => `${kernel}, ${f}`)),
  };
};

/** Returns the last epoch's loss. */
async function fit(
  model: Sequential,
  problem: Problem,
  { epochs, batchSize }: TrainRequest,
): Promise<number> {
  const steps = countSteps(problem, { epochs, batchSize });
  const started = performance.now();
  let shown = started;
  let step = 0;
  let loss = Number.NaN;

  const show = () => {
    shown = performance.now();
    const epoch = Math.ceil((step / steps) * epochs);
    return window.showProgress({
      step,
      steps,
      epoch,
      loss,
      stepsPerSecond: (1000 * step) / (shown - started),
    });
  };
  // Not awaited: training does not wait for the terminal.
  const onBatchEnd = (_batch: number, logs: Logs) => {
    step++;
    loss = logs.loss;
    if (performance.now() - shown > progressInterval) show();
  };
  const { history } = await model.fit(problem.train.x, problem.train.y, {
    epochs,
    batchSize,
    callbacks: { onBatchEnd, logsOnly: true },
  });
  await show();
  return history.loss[epochs - 1];
}

function countSteps(problem: Problem, { epochs, batchSize }: Pick<TrainRequest, 'epochs' | 'batchSize'>) {
  return epochs * Math.ceil(problem.train.y.length / batchSize);
}

function adapterName({ info }: Runtime): string {
  return [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') || 'unnamed';
}
