// Rows between the data set and a batch. Each thread takes some of the batch's rows.
import { GatherRows, ScatterRows, Step } from './layout';
import { rowNumbers } from './places';
import { shareEnd, shareStart } from './threads';

export function gather_rows(op: GatherRows, step: Step): void {
  const size = op.WIDTH << 2;
  const numbers = rowNumbers(1, op.permutation, step.first);
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m++) {
    memory.copy(op.batch + m * size, op.data + load<u32>(numbers + (m << 2)) * size, size);
  }
}

export function scatter_rows(op: ScatterRows, step: Step): void {
  const size = op.WIDTH << 2;
  const numbers = rowNumbers(1, op.permutation, step.first);
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m++) {
    memory.copy(op.data + load<u32>(numbers + (m << 2)) * size, op.batch + m * size, size);
  }
}
