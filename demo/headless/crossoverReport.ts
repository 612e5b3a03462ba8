import { printTable } from '../../src/model/summary.ts';
import { type Cell, type CrossoverResult, leadOf, sideNames } from '../crossover/result.ts';

/** The map as a table: who is how many times as fast. */
export function printCrossover({ adapter, cores, widths, batches, cells, seconds }: CrossoverResult): string {
  const kind = adapter?.isSoftware ? ' (a software adapter: the CPU does the work of a GPU)' : '';
  const at = (width: number, batch: number) =>
    cells.find((cell) => cell.width === width && cell.batch === batch) as Cell;
  const rows = widths.map((width) => [String(width), ...batches.map((batch) => print(at(width, batch)))]);
  return [
    `adapter     ${adapter ? adapter.name + kind : 'none'}`,
    `processors  ${cores}`,
    `measured    in ${seconds.toFixed(0)} s: training units–units–10, who takes how many times less for a step\n`,
    printTable(['units \\ batch', ...batches.map(String)], rows),
  ].join('\n');
}

function print(cell: Cell): string {
  const lead = leadOf(cell);
  if (lead) return `${lead.factor} ${lead.name}`.trimEnd();
  return cell.skipped && cell.skipped !== 'time' ? `(${sideNames[cell.skipped]})` : '–';
}
