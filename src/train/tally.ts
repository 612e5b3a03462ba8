/** Adds up steps into the loss and the metrics of an epoch or an evaluation. */
import { classScores, type Metric, rocArea } from '../model/metrics.ts';
import type { FloatArray, StepMetrics } from '../plan/executor.ts';
import type { Logs } from './callbacks.ts';

export class Tally {
  steps = 0;
  #rows = 0;
  #loss = 0;
  #correct = 0;
  readonly #sums = [0, 0, 0, 0];

  add({ loss, correct, rows, sums }: StepMetrics): void {
    this.steps++;
    this.#rows += rows;
    this.#loss += loss * rows;
    this.#correct += correct;
    for (let i = 0; i < sums.length; i++) this.#sums[i] += sums[i];
  }

  /** The loss and those of the metrics that can be made from the steps, and from the counts where given. */
  logs(
    metrics: readonly Metric[],
    { counts, prefix = '' }: { counts?: FloatArray; prefix?: string } = {},
  ): Logs {
    const rows = this.#rows;
    const [squares, absolutes, total, totalSquares] = this.#sums;
    const known: Record<string, number> = {
      loss: this.#loss / rows,
      accuracy: this.#correct / rows,
      meanSquaredError: squares / rows,
      meanAbsoluteError: absolutes / rows,
      r2: 1 - squares / (totalSquares - total ** 2 / rows),
      ...(counts ? countedScores(counts) : {}),
    };
    const logs: Logs = {};
    for (const name of ['loss', ...metrics]) if (name in known) logs[prefix + name] = known[name];
    return logs;
  }
}

/** A confusion matrix from what `class_counts` left. */
export function confusionMatrix(counts: FloatArray, classes: number): number[][] {
  return Array.from({ length: classes }, (_, row) =>
    Array.from(counts.slice(row * classes, (row + 1) * classes)),
  );
}

/** Precision, recall and F1, and for a single output, whose counts end in two histograms, the area under the ROC. */
function countedScores(counts: FloatArray): Record<string, number> {
  const classes = Math.sqrt(counts.length);
  if (Number.isInteger(classes)) return classScores(confusionMatrix(counts, classes));
  const bins = (counts.length - 4) / 2;
  const auc = rocArea(counts.slice(4, 4 + bins), counts.slice(4 + bins));
  return { ...classScores(confusionMatrix(counts, 2)), auc };
}
