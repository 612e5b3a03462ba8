import { checkFraction, checkNotNegative, checkOptions } from '../model/check.ts';
import type { Callbacks, TrainedModel } from './callbacks.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by. */
  factor?: number;
  /** Epochs after a reduction in which none is counted. */
  cooldown?: number;
  /** The least that the learning rate may be multiplied by in all. */
  minFactor?: number;
}

/**
 * Reduces the learning rate when a number has stopped getting better.
 * @throws when an option is wrong; in `fit`, when the logs have no such number
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callbacks {
  const own = ['factor', 'cooldown', 'minFactor'];
  checkOptions('reduceLROnPlateau', options, ['monitor', 'patience', 'minDelta', 'mode', ...own]);
  const { factor = 0.1, cooldown = 0, minFactor = 0, patience = 10, minDelta = 1e-4, ...rest } = options;
  checkFraction('factor', factor);
  checkNotNegative('cooldown', cooldown);
  checkNotNegative('minFactor', minFactor);
  const monitor = new Monitor({ ...rest, patience, minDelta });
  let model: TrainedModel;
  let cooling = 0;
  return {
    setModel(given) {
      model = given;
    },
    onTrainBegin() {
      monitor.reset();
      cooling = 0;
    },
    onEpochEnd(_epoch, logs) {
      monitor.update(logs);
      if (cooling > 0) {
        cooling--;
        monitor.waited = 0;
      }
      if (monitor.waited < Math.max(1, monitor.patience)) return;
      model.learningRateFactor = Math.max(minFactor, model.learningRateFactor * factor);
      cooling = cooldown;
      monitor.waited = 0;
    },
  };
}
