import { checkOptions, checkPositiveInteger, fail } from '../model/check.ts';
import { printTable } from '../model/summary.ts';
import type { LayerGradient } from '../plan/gradientStats.ts';
import type { Callbacks } from './callbacks.ts';
import type { Trainer } from './trainer.ts';

export interface GradientStatsOptions {
  /** Epochs from one look to the next; the first is after the first epoch. */
  every?: number;
  log?: (table: string) => void;
}

export interface GradientStats extends Callbacks {
  /** What was seen in the last `fit`, look by look, layer by layer. */
  readonly history: { readonly epoch: number; readonly layers: readonly LayerGradient[] }[];
}

/**
 * Shows how the gradient reaches each layer with parameters at the end of an epoch, where it vanishes, explodes, or ends at
 * units that are dead or saturated: keeps the numbers in `history` and prints them as a table. It looks at the
 * first `batchSize` rows of the training data in order, not augmented, with the dropout of the next step; training
 * itself goes on as if nobody had looked.
 * @throws when an option is wrong
 */
export function gradientStats(options: GradientStatsOptions = {}): GradientStats {
  checkOptions('gradientStats', options, ['every', 'log']);
  const { log = console.log } = options;
  const every = checkPositiveInteger('every', options.every ?? 1);
  if (typeof log !== 'function') fail('log', log, 'a function that takes a table');
  const history: GradientStats['history'] = [];
  let trainer: Trainer;
  return {
    history,
    setModel(_model, given) {
      trainer = given;
    },
    onTrainBegin() {
      history.length = 0;
    },
    async onEpochEnd(epoch) {
      if (epoch % every !== 0) return;
      const layers = await trainer.gradientStats();
      history.push({ epoch, layers });
      log(`epoch ${epoch + 1}\n${printGradients(layers)}`);
    },
  };
}

function printGradients(layers: readonly LayerGradient[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const rows = layers.map(({ name, norm, meanDelta, dead, saturated }) => [
    ...[name, norm.toExponential(2), meanDelta.toExponential(2)],
    ...[percent(dead), percent(saturated)],
  ]);
  return printTable(['layer', 'gradient norm', 'mean |δ|', 'dead', 'saturated'], rows);
}
