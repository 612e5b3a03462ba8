/** Adds up steps into the loss and the metrics of an epoch or an evaluation. */
import { classScores, type Metric, rocArea } from '../model/metrics.ts';
import type { FloatArray } from '../plan/executor.ts';
import { type StepResults, SUMS } from '../plan/steps.ts';
import type { Logs } from './callbacks.ts';

export class Tally {
  steps = 0;
  rows = 0;
  loss = 0;
  correct = 0;
  readonly sums = [0, 0, 0, 0];

  /** Takes in these steps, in order. */
  add({ rows, loss, correct, sums, count }: StepResults, from = 0, to = count): void {
    this.steps += to - from;
    for (let step = from; step < to; step++) {
      this.rows += rows[step];
      this.loss += loss[step] * rows[step];
      this.correct += correct[step];
    }
    if (sums.length === 0) return;
    for (let i = SUMS * from; i < SUMS * to; i++) this.sums[i % SUMS] += sums[i];
  }

  /** The loss and those of the metrics that can be made from the steps, and from the counts where given. */
  logs(metrics: readonly Metric[], counts?: FloatArray, prefix = ''): Logs {
    const counted = counts && countedScores(counts);
    const logs: Logs = { [`${prefix}loss`]: this.loss / this.rows };
    for (const name of metrics) {
      const value = name in stepScores ? stepScores[name as StepScore](this) : counted?.[name];
      if (value !== undefined) logs[prefix + name] = value;
    }
    return logs;
  }
}

type StepScore = keyof typeof stepScores;

const stepScores = {
  accuracy: ({ correct, rows }: Tally) => correct / rows,
  meanSquaredError: ({ sums: [squares], rows }: Tally) => squares / rows,
  meanAbsoluteError: ({ sums: [, absolutes], rows }: Tally) => absolutes / rows,
  r2: ({ sums: [squares, , total, totalSquares], rows }: Tally) =>
    1 - squares / (totalSquares - total ** 2 / rows),
};

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
