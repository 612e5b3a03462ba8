/** `fit`: a trainer run epoch by epoch, with validation, callbacks and a history. */
import { type Metric, needsCounts } from '../model/metrics.ts';
import type { StepMetrics } from '../plan/executor.ts';
import type { CallbackList, Logs, TrainedModel } from './callbacks.ts';
import type { Evaluator } from './inference.ts';
import { Tally } from './tally.ts';
import type { Trainer } from './trainer.ts';

/** What `fit` returns. */
export interface History {
  /** One number an epoch of each of `loss`, `accuracy`, `val_loss`, `val_accuracy`, as far as asked for. */
  readonly history: Record<string, number[]>;
  /** Numbers of the epochs, from 0. */
  readonly epoch: number[];
  /** With `recordSteps`: the loss of every step before its update. */
  readonly steps?: number[];
}

export interface FitSettings {
  readonly epochs: number;
  readonly metrics: readonly Metric[];
  readonly callbacks: CallbackList;
  readonly signal?: AbortSignal;
  readonly recordSteps: boolean;
}

/** The loss of one step, and those of the metrics that one step can tell. */
export function stepLogs(step: StepMetrics, metrics: readonly Metric[]): Logs {
  const tally = new Tally();
  tally.add(step);
  return tally.logs(metrics);
}

/** Runs the epochs. The trainer and the evaluator stay the caller's to dispose of. */
export async function runEpochs(
  model: TrainedModel,
  trainer: Trainer,
  evaluator: Evaluator | undefined,
  settings: FitSettings,
): Promise<History> {
  const { epochs, metrics, callbacks, signal, recordSteps } = settings;
  const history: Record<string, number[]> = {};
  const epoch: number[] = [];
  const steps: number[] = [];
  let tally = new Tally();

  const endEpoch = async () => {
    const logs = tally.logs(metrics, { counts: await trainer.takeCounts() });
    tally = new Tally();
    if (evaluator) Object.assign(logs, await evaluator.run('val_'));
    for (const [name, value] of Object.entries(logs)) {
      history[name] ??= [];
      history[name].push(value);
    }
    epoch.push(epoch.length);
    await callbacks.epochEnd(epoch.length - 1, logs);
  };
  const onStep = (step: StepMetrics): void | Promise<void> => {
    if (recordSteps) steps.push(step.loss);
    tally.add(step);
    if (callbacks.watchesBatches || endsEpoch()) return afterStep(step);
  };
  const endsEpoch = () => !stopsBetween && tally.steps === trainer.stepsPerEpoch;
  const afterStep = async (step: StepMetrics) => {
    if (callbacks.watchesBatches) {
      await callbacks.batchEnd(tally.steps - 1, { ...stepLogs(step, metrics), size: step.rows });
    }
    if (endsEpoch()) await nextEpoch();
  };
  const nextEpoch = async () => {
    await endEpoch();
    if (epoch.length < epochs) await callbacks.epochBegin(epoch.length);
  };

  // Where nobody looks at the model between epochs, the device runs through them without a stop.
  const stopsBetween = evaluator !== undefined || callbacks.looksAtModel || needsCounts(metrics);
  model.stopTraining = false;
  await callbacks.trainBegin(model);
  if (stopsBetween) {
    for (let i = 0; i < epochs && !model.stopTraining; i++) {
      await callbacks.epochBegin(i);
      await trainer.run(trainer.stepsPerEpoch, { signal, onStep });
      await endEpoch();
    }
  } else {
    await callbacks.epochBegin(0);
    await trainer.run(epochs * trainer.stepsPerEpoch, { signal, onStep });
  }
  await callbacks.trainEnd();
  return { history, epoch, ...(recordSteps ? { steps } : {}) };
}
