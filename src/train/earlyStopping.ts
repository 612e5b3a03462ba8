import { checkBoolean, checkOptions } from '../model/check.ts';
import type { Callbacks, TrainedModel } from './callbacks.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';
import type { Weight } from './weights.ts';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Go back to the weights of the best epoch when the training ends. */
  restoreBestWeights?: boolean;
}

/**
 * Ends the training when a number has stopped getting better.
 * @throws when an option is wrong; in `fit`, when the logs have no such number
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callbacks {
  checkOptions('earlyStopping', options, ['monitor', 'patience', 'minDelta', 'mode', 'restoreBestWeights']);
  const restores = checkBoolean('restoreBestWeights', options.restoreBestWeights ?? false);
  const monitor = new Monitor(options);
  let model: TrainedModel;
  let bestWeights: Weight[] | undefined;
  return {
    setModel(given) {
      model = given;
    },
    onTrainBegin() {
      monitor.reset();
      bestWeights = undefined;
    },
    async onEpochEnd(_epoch, logs) {
      const better = monitor.update(logs);
      if (better && restores) bestWeights = await model.getWeights();
      if (!better && monitor.waited >= monitor.patience) model.stopTraining = true;
    },
    async onTrainEnd() {
      if (bestWeights) await model.setWeights(bestWeights);
    },
  };
}
