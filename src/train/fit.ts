/** `fit`: a trainer run epoch by epoch, with validation, callbacks and a history. */
import { type Metric, needsCounts } from '../model/metrics.ts';
import type { FloatArray } from '../plan/executor.ts';
import type { StepResults } from '../plan/steps.ts';
import type { Backend, Choice } from '../runtime/rivals.ts';
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
  /** What it was trained on. */
  readonly backend: Backend;
  /** With `backend: 'auto'`: how that was chosen. */
  readonly choice?: Choice;
}

export interface FitSettings {
  readonly epochs: number;
  readonly metrics: readonly Metric[];
  readonly callbacks: CallbackList;
  readonly signal?: AbortSignal;
  readonly recordSteps: boolean;
}

/** Runs the epochs. The trainer and the evaluator stay the caller's to dispose of. */
export async function runEpochs(
  model: TrainedModel,
  trainer: Trainer,
  evaluator: Evaluator | undefined,
  settings: FitSettings,
): Promise<Omit<History, 'backend'>> {
  const { epochs, metrics, callbacks, signal, recordSteps } = settings;
  const { stepsPerEpoch } = trainer;
  const { watchesBatches, watchesEpochs } = callbacks;
  const history: Record<string, number[]> = {};
  const steps: number[] = [];
  let tally = new Tally();
  const epoch: number[] = [];
  /** Of epochs whose steps are on their way. */
  const validations: Promise<Logs>[] = [];

  const closeEpoch = (counts?: FloatArray, validation?: Logs): Logs => {
    const logs = tally.logs(metrics, counts);
    if (validation) Object.assign(logs, validation);
    tally = new Tally();
    epoch.push(epoch.length);
    for (const name in logs) {
      history[name] ??= [];
      history[name].push(logs[name]);
    }
    return logs;
  };
  // A chunk may hold a thousand epochs of a step each: only what somebody watches is waited for.
  const onSteps = async (results: StepResults): Promise<void> => {
    if (recordSteps) for (let i = 0; i < results.count; i++) steps.push(results.loss[i]);
    for (let from = 0; from < results.count; ) {
      const to = Math.min(results.count, from + stepsPerEpoch - tally.steps);
      if (watchesBatches) await announceBatches(results, from, to);
      tally.add(results, from, to);
      from = to;
      if (stopsBetween || tally.steps < stepsPerEpoch) continue;
      const logs = evaluator ? closeEpoch(undefined, await validations.shift()) : closeEpoch();
      if (watchesEpochs) await announceEpoch(logs);
    }
  };
  const announceBatches = async (results: StepResults, from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const batch = new Tally();
      batch.add(results, i, i + 1);
      await callbacks.batchEnd(tally.steps + i - from, { ...batch.logs(metrics), size: batch.rows });
    }
  };
  const announceEpoch = async (logs: Logs) => {
    await callbacks.epochEnd(epoch.length - 1, logs);
    if (epoch.length < epochs) await callbacks.epochBegin(epoch.length);
  };
  const validate = (evaluator: Evaluator) => {
    const validation = evaluator.run('val_');
    validation.catch(() => {}); // it is awaited in its turn
    validations.push(validation);
  };
  /** Runs through the epochs. Each is validated right behind its last step, with those of the next behind that. */
  const runThrough = async (): Promise<void> => {
    const ofEpochs = evaluator && { part: stepsPerEpoch, onSubmitted: () => validate(evaluator) };
    try {
      await trainer.run(epochs * stepsPerEpoch, { signal, onSteps, ...ofEpochs });
    } finally {
      await Promise.allSettled(validations);
    }
  };
  /** Runs one epoch. What is to be seen of it is computed right behind its last step, which nobody waits for first. */
  const runEpoch = async (): Promise<Logs> => {
    let counts: Promise<FloatArray | undefined> | undefined;
    let validation: Promise<Logs> | undefined;
    const onSubmitted = () => {
      counts = trainer.takeCounts();
      validation = evaluator?.run('val_');
    };
    try {
      await trainer.run(stepsPerEpoch, { signal, onSteps, onSubmitted });
    } finally {
      await Promise.allSettled([counts, validation]);
    }
    return closeEpoch(await counts, await validation);
  };

  // Where nobody looks at the model between epochs, the device runs through them without a stop.
  const stopsBetween = callbacks.looksAtModel || needsCounts(metrics) || evaluator?.isResident === false;
  model.stopTraining = false;
  await callbacks.trainBegin(model, trainer);
  if (stopsBetween) {
    while (epoch.length < epochs && !model.stopTraining) {
      await callbacks.epochBegin(epoch.length);
      const logs = await runEpoch();
      await callbacks.epochEnd(epoch.length - 1, logs);
    }
  } else {
    await callbacks.epochBegin(0);
    await runThrough();
  }
  await model.applyAverage();
  await callbacks.trainEnd();
  return { history, epoch, ...(recordSteps ? { steps } : {}) };
}
