// Dense layers, forward and back. Each thread takes some of the batch's rows.
import { DenseForward, HiddenDelta, Step } from './layout';
import { activateAll, multiplyBySlopes } from './math/activation';
import { COLUMNS, DEPTH, packPanel, packPanelTransposed, panelOfRows } from './matmul';
import { batchRows, rowNumbers, scratch, zeros } from './places';
import { shareEnd, shareStart } from './threads';

/** So few rows do not repay packing a panel that they are multiplied by. */
const FEW: u32 = 12;
/** Rows that are multiplied by all panels in turn, so that `DEPTH` numbers of each stay in the second cache. */
const MANY: u32 = 192;

/** Y = F(X·W + b). */
export function dense_forward(op: DenseForward, step: Step): void {
  const numbers = rowNumbers(op.GATHER, op.permutation, step.first);
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m += MANY) {
    const rows = min(MANY, end - m);
    const y = op.y + (m * op.N << 2);
    forwardRows(op, numbers + (m << 2), rows, y);
    activateAll(y, rows * op.N, op.activation);
  }
}

function forwardRows(op: DenseForward, numbers: usize, rows: u32, y: usize): void {
  const wide = op.N << 2;
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
}

/** Δ_in = (Δ·Wᵀ) ∘ F′. */
export function hidden_delta(op: HiddenDelta, step: Step): void {
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m += MANY) {
    const rows = min(MANY, end - m);
    const at = m * op.K << 2;
    backRows(op, batchRows + (m << 2), rows, op.result + at);
    multiplyBySlopes(op.result + at, op.kept + at, rows * op.K, op.activation);
  }
}

function backRows(op: HiddenDelta, numbers: usize, rows: u32, result: usize): void {
  const deep = op.N << 2;
  const wide = op.K << 2;
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
}
