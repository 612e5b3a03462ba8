/** Networks and plans as printable tables. */
import { printActivation } from './activations.ts';
import type { Network, NetworkLayer } from './network.ts';
import { countParameters } from './parameters.ts';

/** The network as a table: a line a layer, and the number of parameters. */
export function printNetwork(network: Network): string {
  const rows = network.layers.map((layer) => [
    layer.name,
    layer.type,
    `${layer.inputs} → ${layer.units}`,
    printSettings(layer),
    countParameters([layer]).total.toLocaleString('en-US'),
  ]);
  const { total, trained } = countParameters(network.layers);
  const table = printTable(['layer', 'type', 'width', 'settings', 'parameters'], rows);
  const rest = trained < total ? `, ${trained.toLocaleString('en-US')} of them trained` : '';
  return `${table}\n${total.toLocaleString('en-US')} parameters${rest}`;
}

function printSettings(layer: NetworkLayer): string {
  switch (layer.type) {
    case 'dropout':
      return `rate = ${layer.rate}`;
    case 'gaussianNoise':
      return `stddev = ${layer.stddev}`;
    case 'layerNormalization':
      return `epsilon = ${layer.epsilon}`;
    case 'batchNormalization':
      return `epsilon = ${layer.epsilon}, momentum = ${layer.momentum}`;
    default:
      return printActivation(layer.activation);
  }
}

/** Columns padded to their widest entry, under a ruled heading. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [line(heading), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
