/** torch.nn.LayerNorm and torch.nn.BatchNorm1d as documented, without their affine part; in float64, knowing no library. */

export type Rows = readonly (readonly number[])[];

/** A function of a batch, and the gradient by its input from the one by its output. */
export interface BatchFunction {
  forward(z: Rows): number[][];
  backward(z: Rows, gradient: Rows): number[][];
  /** Mean and variance of every feature, where a running estimate is kept of them, and the old one's share of it. */
  readonly running?: { readonly keeps: number; of(z: Rows): readonly [number[], number[]] };
}

/** E[x] and Var[x], the biased estimator. */
function moments(x: readonly number[]): { mean: number; variance: number } {
  const mean = x.reduce((a, b) => a + b) / x.length;
  return { mean, variance: x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length };
}

/** (x − E[x]) / √(Var[x] + ε). */
function normalize(x: readonly number[], eps: number): number[] {
  const { mean, variance } = moments(x);
  return x.map((value) => (value - mean) / Math.sqrt(variance + eps));
}

/** The same, backward: by every input through every output. */
function normalizeBackward(x: readonly number[], gradient: readonly number[], eps: number): number[] {
  const { mean, variance } = moments(x);
  const deviation = Math.sqrt(variance + eps);
  return x.map((own, j) =>
    x.reduce((sum, other, i) => {
      const byMean = (Number(i === j) - 1 / x.length) / deviation;
      const byVariance = ((other - mean) * (own - mean)) / (x.length * deviation ** 3);
      return sum + gradient[i] * (byMean - byVariance);
    }, 0),
  );
}

const transposed = (rows: Rows) => rows[0].map((_, j) => rows.map((row) => row[j]));

/** torch.nn.LayerNorm. */
export const layerNorm = (eps: number): BatchFunction => ({
  forward: (z) => z.map((row) => normalize(row, eps)),
  backward: (z, gradient) => z.map((row, r) => normalizeBackward(row, gradient[r], eps)),
});

/** torch.nn.BatchNorm1d; its running variance is Keras's, the biased one, and `keeps` is 1 − PyTorch's momentum. */
export const batchNorm = (eps: number, keeps: number): BatchFunction => ({
  forward: (z) => transposed(transposed(z).map((column) => normalize(column, eps))),
  backward(z, gradient) {
    const gradients = transposed(gradient);
    return transposed(transposed(z).map((column, j) => normalizeBackward(column, gradients[j], eps)));
  },
  running: {
    keeps,
    of(z) {
      const columns = transposed(z).map(moments);
      return [columns.map(({ mean }) => mean), columns.map(({ variance }) => variance)];
    },
  },
});
