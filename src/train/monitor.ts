import { checkOneOf, checkPositiveInteger, fail } from '../model/check.ts';
import type { Logs } from './callbacks.ts';

export interface MonitorOptions {
  /** The number to watch: `val_loss`, `loss`, `val_accuracy`, … */
  monitor?: string;
  /** Epochs without improvement to wait through. */
  patience?: number;
  /** The least change that counts as one. */
  minDelta?: number;
  /** Whether less is better or more; `auto` tells by the name. */
  mode?: 'auto' | 'min' | 'max';
}

/** Watches a number of the logs: whether it gets better, and for how many epochs it has not. */
export class Monitor {
  best = Number.NaN;
  waited = 0;
  readonly patience: number;
  readonly #name: string;
  readonly #minDelta: number;
  readonly #sign: 1 | -1;

  constructor({ monitor = 'val_loss', patience = 0, minDelta = 0, mode = 'auto' }: MonitorOptions) {
    if (typeof monitor !== 'string') fail('monitor', monitor, 'the name of a number in the logs');
    checkOneOf('mode', mode, ['auto', 'min', 'max']);
    if (!Number.isFinite(minDelta)) fail('minDelta', minDelta, 'a number');
    const grows = mode === 'max' || (mode === 'auto' && /accuracy|precision|recall|auc|f1|r2/i.test(monitor));
    this.#name = monitor;
    this.#minDelta = Math.abs(minDelta);
    this.#sign = grows ? 1 : -1;
    this.patience = patience === 0 ? 0 : checkPositiveInteger('patience', patience);
  }

  /** Takes in an epoch's logs; true when the number is better than ever. */
  update(logs: Logs): boolean {
    const value = logs[this.#name];
    if (value === undefined) fail('monitor', this.#name, `one of ${Object.keys(logs).join(', ')}`);
    const better = Number.isNaN(this.best) || this.#sign * (value - this.best) > this.#minDelta;
    this.waited = better ? 0 : this.waited + 1;
    if (better) this.best = value;
    return better;
  }

  reset(): void {
    this.best = Number.NaN;
    this.waited = 0;
  }
}
