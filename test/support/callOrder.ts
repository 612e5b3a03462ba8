import type { Callbacks } from '../../src/index.ts';

/** Callbacks that write down when they are called; each takes its time, so that an unawaited one would be late. */
export function callOrder(): { callbacks: Callbacks; calls: string[] } {
  const calls: string[] = [];
  const note = async (text: string) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    calls.push(text);
  };
  const callbacks: Callbacks = {
    onTrainBegin: () => note('training begins'),
    onEpochBegin: (epoch) => note(`epoch ${epoch} begins`),
    onBatchEnd: (batch) => note(`batch ${batch} ends`),
    onEpochEnd: (epoch) => note(`epoch ${epoch} ends`),
    onTrainEnd: () => note('training ends'),
  };
  return { callbacks, calls };
}
