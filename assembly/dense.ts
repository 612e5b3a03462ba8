// Dense layers, forward and back. Each thread takes some of the batch's rows.
import { DenseForward, HiddenDelta, Step } from './layout';
import { activateAll, multiplyBySlopes } from './math/activation';
import { COLUMNS, DEPTH, packPanel, packPanelTransposed, panelOfRows } from './matmul';
import { batchRows, rowNumbers, scratch, zeros } from './places';
import { shareEnd, shareStart } from './threads';

/** So few rows do not repay packing a panel that they are multiplied by. */
const FEW: u32 = 12;

/** Y = F(X·W + b). */
export function dense_forward(op: DenseForward, step: Step): void {
  const from = shareStart(step.rows);
  const rows = shareEnd(step.rows) - from;
  if (rows == 0) return;
  const wide = op.N << 2;
  const numbers = rowNumbers(op.GATHER, op.permutation, step.first) + (from << 2);
  const y = op.y + from * wide;
  const direct = rows <= FEW || op.N <= COLUMNS;
  for (let k: u32 = 0; k < op.K; k += DEPTH) {
    const depth = min(DEPTH, op.K - k);
    for (let n: u32 = 0; n < op.N; n += COLUMNS) {
      let b = op.parameters + k * wide + (n << 2);
      let bStep = wide;
      if (!direct) {
        packPanel(b, wide, depth, scratch);
        b = scratch;
        bStep = COLUMNS << 2;
      }
      const bias = op.parameters + op.K * wide + (n << 2);
      const c = y + (n << 2);
      panelOfRows(
        numbers, rows, op.x + (k << 2), op.K << 2,
        b, bStep, depth,
        k == 0 ? bias : c, k == 0 ? 0 : wide, c, wide, min(COLUMNS, op.N - n),
      );
    }
  }
  activateAll(y, rows * op.N, op.activation);
}

/** Δ_in = (Δ·Wᵀ) ∘ F′. */
export function hidden_delta(op: HiddenDelta, step: Step): void {
  const from = shareStart(step.rows);
  const rows = shareEnd(step.rows) - from;
  if (rows == 0) return;
  const deep = op.N << 2;
  const wide = op.K << 2;
  const numbers = batchRows + (from << 2);
  const result = op.result + from * wide;
  for (let n: u32 = 0; n < op.N; n += DEPTH) {
    const depth = min(DEPTH, op.N - n);
    for (let k: u32 = 0; k < op.K; k += COLUMNS) {
      const columns = min(COLUMNS, op.K - k);
      packPanelTransposed(op.parameters + k * deep + (n << 2), deep, columns, depth, scratch);
      const c = result + (k << 2);
      panelOfRows(
        numbers, rows, op.delta + (n << 2), deep,
        scratch, COLUMNS << 2, depth,
        n == 0 ? zeros : c, n == 0 ? 0 : wide, c, wide, columns,
      );
    }
  }
  multiplyBySlopes(result, op.kept + from * wide, rows * op.K, op.activation);
}
