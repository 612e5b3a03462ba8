import { checkBoolean, checkOptions, fail } from '../model/check.ts';
import type { Trainer } from './trainer.ts';
import type { Weight, WeightInput } from './weights.ts';

/** What is known at the end of a step or an epoch: `loss`, `accuracy`, and with validation `val_loss`, … */
export type Logs = Record<string, number>;

/** What a callback may do with the model that is being trained. */
export interface TrainedModel {
  /** Set to true, ends the training after the epoch. */
  stopTraining: boolean;
  /** Multiplies the optimizer's learning rate. */
  learningRateFactor: number;
  getWeights(): Promise<Weight[]>;
  setWeights(weights: readonly WeightInput[]): Promise<void>;
  /** The weights become their moving average, where the optimizer keeps one. */
  applyAverage(): Promise<void>;
}

/** Functions that `fit` calls as it goes; each may be async, and is waited for. */
export interface Callbacks {
  /** Gets the model, and the trainer that `fit` trains it with. */
  setModel?(model: TrainedModel, trainer: Trainer): void;
  onTrainBegin?(): void | Promise<void>;
  onEpochBegin?(epoch: number): void | Promise<void>;
  onBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onTrainEnd?(): void | Promise<void>;
  /**
   * True promises that these functions look at nothing but what they are given, never at the model: then the
   * device need not stop between epochs to show them its state.
   */
  readonly logsOnly?: boolean;
  /** What the callback keeps for those who gave it; `fit` does not look at it. */
  readonly history?: unknown;
}

const functions = [
  'setModel',
  'onTrainBegin',
  'onEpochBegin',
  'onBatchEnd',
  'onEpochEnd',
  'onTrainEnd',
] as const;

/** Several callbacks as one, called in the order given. */
export class CallbackList {
  readonly #list: readonly Callbacks[];

  /** @throws when what is given is not a callback, or an array of them */
  constructor(given: unknown) {
    this.#list = (given === undefined ? [] : [given].flat()) as Callbacks[];
    for (const [i, callbacks] of this.#list.entries()) {
      checkOptions(`callbacks[${i}]`, callbacks, [...functions, 'logsOnly', 'history']);
      checkBoolean(`callbacks[${i}].logsOnly`, callbacks.logsOnly ?? false);
      for (const name of functions) {
        const value: unknown = callbacks[name];
        if (value !== undefined && typeof value !== 'function') {
          fail(`callbacks[${i}].${name}`, value, 'a function');
        }
      }
    }
  }

  /** Whether someone may look at the model when an epoch ends. */
  get looksAtModel(): boolean {
    return this.#list.some(
      (callbacks) => !callbacks.logsOnly && (callbacks.onEpochEnd || callbacks.onEpochBegin),
    );
  }

  get watchesEpochs(): boolean {
    return this.#list.some(({ onEpochBegin, onEpochEnd }) => onEpochBegin || onEpochEnd);
  }

  get watchesBatches(): boolean {
    return this.#list.some(({ onBatchEnd }) => onBatchEnd);
  }

  async trainBegin(model: TrainedModel, trainer: Trainer): Promise<void> {
    for (const callbacks of this.#list) callbacks.setModel?.(model, trainer);
    for (const callbacks of this.#list) await callbacks.onTrainBegin?.();
  }

  async epochBegin(epoch: number): Promise<void> {
    for (const callbacks of this.#list) await callbacks.onEpochBegin?.(epoch);
  }

  async batchEnd(batch: number, logs: Logs): Promise<void> {
    for (const callbacks of this.#list) await callbacks.onBatchEnd?.(batch, logs);
  }

  async epochEnd(epoch: number, logs: Logs): Promise<void> {
    for (const callbacks of this.#list) await callbacks.onEpochEnd?.(epoch, logs);
  }

  async trainEnd(): Promise<void> {
    for (const callbacks of this.#list) await callbacks.onTrainEnd?.();
  }
}
