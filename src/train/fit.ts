/** `fit`: a trainer run epoch by epoch, with validation, callbacks and a history. */
import { type Metric, needsCounts } from '../model/metrics.ts';
import type { FloatArray, StepMetrics } from '../plan/executor.ts';
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

  const closeEpoch = (counts?: FloatArray, validation?: Logs): Logs => {
    const logs = Object.assign(tally.logs(metrics, { counts }), validation);
    tally = new Tally();
    for (const name in logs) {
      history[name] ??= [];
      history[name].push(logs[name]);
    }
    epoch.push(epoch.length);
    return logs;
  };
  // An epoch may be a step, and a step some microseconds: only what somebody watches is waited for.
  const onStep = (step: StepMetrics): void | Promise<void> => {
    if (recordSteps) steps.push(step.loss);
    tally.add(step);
    if (callbacks.watchesBatches) return afterBatch(step);
    if (endsEpoch()) return nextEpoch();
  };
  const endsEpoch = () => !stopsBetween && tally.steps === trainer.stepsPerEpoch;
  const afterBatch = async (step: StepMetrics) => {
    await callbacks.batchEnd(tally.steps - 1, { ...stepLogs(step, metrics), size: step.rows });
    if (endsEpoch()) await nextEpoch();
  };
  const nextEpoch = (): void | Promise<void> => {
    const logs = closeEpoch();
    if (callbacks.watchesEpochs) return announceEpoch(logs);
  };
  const announceEpoch = async (logs: Logs) => {
    await callbacks.epochEnd(epoch.length - 1, logs);
    if (epoch.length < epochs) await callbacks.epochBegin(epoch.length);
  };

  // Where nobody looks at the model between epochs, the device runs through them without a stop.
  const stopsBetween = evaluator !== undefined || callbacks.looksAtModel || needsCounts(metrics);
  model.stopTraining = false;
  await callbacks.trainBegin(model, trainer);
  if (stopsBetween) {
    for (let i = 0; i < epochs && !model.stopTraining; i++) {
      await callbacks.epochBegin(i);
      await trainer.run(trainer.stepsPerEpoch, { signal, onStep });
      const logs = closeEpoch(await trainer.takeCounts(), await evaluator?.run('val_'));
      await callbacks.epochEnd(i, logs);
    }
  } else {
    await callbacks.epochBegin(0);
    await trainer.run(epochs * trainer.stepsPerEpoch, { signal, onStep });
  }
  await model.applyAverage();
  await callbacks.trainEnd();
  return { history, epoch, ...(recordSteps ? { steps } : {}) };
}
