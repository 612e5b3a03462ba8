import { checkOptions, fail } from '../model/check.ts';
import type { Callbacks } from './callbacks.ts';

/**
 * Says how each epoch went, in a line: `epoch 3  loss 0.1234  accuracy 0.9812  2.1 s`.
 * @throws when an option is wrong
 */
export function progress(options: { log?: (line: string) => void } = {}): Callbacks {
  checkOptions('progress', options, ['log']);
  const { log = console.log } = options;
  if (typeof log !== 'function') fail('log', log, 'a function that takes a line');
  let start = 0;
  return {
    logsOnly: true,
    onEpochBegin() {
      start = performance.now();
    },
    onEpochEnd(epoch, logs) {
      const numbers = Object.entries(logs).map(([name, value]) => `${name} ${value.toFixed(4)}`);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      log([`epoch ${epoch + 1}`, ...numbers, `${seconds} s`].join('  '));
    },
  };
}
