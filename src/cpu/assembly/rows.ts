// Rows between the data set and a batch. Each thread takes some of the batch's rows.
import { GatherRows, Mixup, ScatterRows, Step } from './layout';
import { rowNumbers } from './places';
import { rowWeight, targetRow, targetsOf } from './targets';
import { shareEnd, shareStart } from './threads';
import { splat, storeLanes } from './vectors';

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

/** Each row becomes a mean of itself and of another: see shaders/mixup.wgsl. */
export function mixup(op: Mixup, step: Step): void {
  const t = op.targets;
  const numbers = rowNumbers(t.GATHER, op.permutation, step.first);
  const targets = t.WEIGHTED ? op.COLUMNS - 1 : op.COLUMNS;
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m++) {
    const own = targetRow(op.target_rows, load<u32>(numbers + (m << 2)), t);
    const partner = (m + step.partner) % step.rows;
    const other = targetRow(op.target_rows, load<u32>(numbers + (partner << 2)), t);
    const mixed = op.mixed + (m * op.COLUMNS << 2);
    let share = step.mix;
    let rest: f32 = 1 - share;
    if (t.WEIGHTED) {
      share *= rowWeight(own, t);
      rest *= rowWeight(other, t);
      const weight = share + rest;
      store<f32>(mixed + (targets << 2), weight);
      share = weight > 0 ? share / weight : step.mix;
      rest = weight > 0 ? rest / weight : 1 - step.mix;
    }
    for (let j: u32 = 0; j < targets; j += 4) {
      const parts = f32x4.add(
        f32x4.mul(splat(share), targetsOf(own, j, t)),
        f32x4.mul(splat(rest), targetsOf(other, j, t)),
      );
      storeLanes(mixed + (j << 2), parts, targets - j);
    }
  }
}
