import { printTable } from '../../src/model/summary.ts';
import type { NetResult, VanishingResult } from './vanishingProtocol.ts';

/** The nets side by side: the gradient's norm in each layer before training, and what came of it. */
export function printVanishing({ nets }: VanishingResult): string {
  const line = (title: string, cell: (net: NetResult) => string) => [title, ...nets.map(cell)];
  const norms = nets[0].start.map(({ name }, i) => line(name, ({ start }) => start[i].norm.toExponential(1)));
  return printTable(
    line('gradient norm', ({ name }) => name),
    [
      ...norms,
      line('F′ at most', ({ steepest }) => String(steepest)),
      line('|δ|, a layer back', ({ start }) => `× ${passedOn(start).toFixed(2)}`),
      line('loss, first epoch', ({ loss }) => loss[0].toFixed(3)),
      line('loss, last epoch', ({ loss }) => loss[loss.length - 1].toFixed(3)),
      line('test accuracy', ({ testAccuracy }) => `${(100 * testAccuracy).toFixed(1)} %`),
    ],
  );
}

/** What a hidden layer leaves of the mean |δ|: the mean factor, from the last of them to the first. */
function passedOn(layers: NetResult['start']): number {
  const hidden = layers.slice(0, -1);
  return (hidden[0].meanDelta / hidden[hidden.length - 1].meanDelta) ** (1 / (hidden.length - 1));
}
