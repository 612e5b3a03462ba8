/** Losses as torch.nn documents them, of a batch of outputs; in float64, and knowing no library. */

/** A row's loss and its gradient by the outputs; a batch's loss is the mean over its rows. */
export type RowLoss = (
  y: readonly number[],
  target: readonly number[],
) => { loss: number; gradient: number[] };

type Term = (y: number, s: number) => readonly [loss: number, slope: number];

const total = (terms: readonly (readonly [number, number])[], divisor: number) => ({
  loss: terms.reduce((sum, [loss]) => sum + loss, 0) / divisor,
  gradient: terms.map(([, slope]) => slope / divisor),
});

/** reduction='mean' over rows and outputs alike. */
const meanOverOutputs =
  (term: Term): RowLoss =>
  (y, s) =>
    total(
      y.map((value, i) => term(value, s[i])),
      y.length,
    );

const sumOverOutputs =
  (term: Term): RowLoss =>
  (y, s) =>
    total(
      y.map((value, i) => term(value, s[i])),
      1,
    );

/** torch.nn.MSELoss. */
export const mse = meanOverOutputs((y, s) => [(y - s) ** 2, 2 * (y - s)]);

/** ½ Σ (s − y)², the textbook's. */
export const halfSquared = sumOverOutputs((y, s) => [0.5 * (s - y) ** 2, y - s]);

/** torch.nn.L1Loss. */
export const mae = meanOverOutputs((y, s) => [Math.abs(y - s), Math.sign(y - s)]);

/** torch.nn.HuberLoss(delta). */
export const huber = (delta: number) =>
  meanOverOutputs((y, s) =>
    Math.abs(y - s) < delta
      ? [0.5 * (y - s) ** 2, y - s]
      : [delta * (Math.abs(y - s) - 0.5 * delta), delta * Math.sign(y - s)],
  );

/** torch.nn.BCELoss of probabilities, torch.nn.BCEWithLogitsLoss of what a sigmoid makes them from. */
export const bce = meanOverOutputs((y, s) => [
  -(s * Math.log(y) + (1 - s) * Math.log(1 - y)),
  (1 - s) / (1 - y) - s / y,
]);

/** torch.nn.CrossEntropyLoss of a softmax, with probabilities as its targets; NLLLoss of the outputs' logarithms. */
export const crossEntropy = sumOverOutputs((y, s) => [-s * Math.log(y), -s / y]);

/** torch.nn.KLDivLoss(reduction='batchmean') of the outputs' logarithms. */
export const divergence = sumOverOutputs((y, s) => [s > 0 ? s * (Math.log(s) - Math.log(y)) : 0, -s / y]);

/** CrossEntropyLoss(label_smoothing): targets moved to (1 − ε) s + ε / classes. */
export const smoothed =
  (loss: RowLoss, epsilon: number, classes: number): RowLoss =>
  (y, target) =>
    loss(
      y,
      target.map((s) => (1 - epsilon) * s + epsilon / classes),
    );
