import shader from '../../shaders/normalization_backward.wgsl';
import { between, normal } from './fills.ts';
import { type ConstantsOf, defineKernel, type HostTensors, type ParityCase } from './kernel.ts';
import { average, lineKinds, linesOf, total } from './normalizationLines.ts';
import { fullGradient } from './optimizerFormulas.ts';
import { rowShapes } from './shapes.ts';
import { sumError, ULP } from './tolerance.ts';

type Constants = ConstantsOf<typeof shader>;
type Inputs = HostTensors<'x' | 'parameters' | 'statistics' | 'delta'>;

/** x̂ of the batch's rows. */
function normalized({ x, statistics }: Inputs, { N, BATCH }: Constants, rows: number): Float64Array {
  return x.slice(0, rows * N).map((value, i) => {
    const line = BATCH ? i % N : Math.floor(i / N);
    return (value - statistics[2 * line]) * statistics[2 * line + 1];
  });
}

/** Σ over rows of δ x̂ for every feature, then Σ over rows of δ; `term` is the number or its magnitude. */
function gradientSums(
  { delta }: Inputs,
  hats: Float64Array,
  N: number,
  term: (a: number) => number,
): Float64Array {
  const sums = new Float64Array(2 * N);
  for (const [i, hat] of hats.entries()) {
    sums[i % N] += term(delta[i] * hat);
    sums[N + (i % N)] += term(delta[i]);
  }
  return sums;
}

function backwardCase(
  label: string,
  { M, N }: { M: number; N: number },
  constants: Partial<Constants>,
  rows = M,
): ParityCase<typeof shader> {
  const lines = constants.BATCH ? N : M;
  return {
    label: `${label}, ${rows} of ${M} rows × ${N}`,
    constants: { M, N, ...constants },
    step: { rows },
    tensors: {
      x: { size: M * N, fill: normal() },
      parameters: { size: 2 * N, fill: normal() },
      statistics: { size: 2 * lines, fill: between(0.5, 1.5) },
      delta: { size: M * N, fill: normal() },
      gradient: { size: 2 * N, fill: normal() },
      input_delta: { size: M * N, fill: normal() },
    },
  };
}

export const normalizationBackward = defineKernel({
  shader,
  threads: ({ M, N, BATCH }) => (BATCH ? N : N + M) * 64,
  reference(tensors, constants, { rows }) {
    const { x, parameters, statistics, delta, gradient, input_delta } = tensors;
    const { N } = constants;
    const hats = normalized(tensors, constants, rows);
    gradient.set(
      gradientSums(tensors, hats, N, (a) => a).map((sum) => fullGradient(sum, 0, false, constants)),
    );
    // ∂E/∂σ², ∂E/∂μ and ∂E/∂x as Ioffe & Szegedy have them, but for ∂σ²/∂μ, which is 0: distances from μ add up to 0.
    for (const [n, line] of linesOf(constants, rows).entries()) {
      const [mean, scale] = [statistics[2 * n], statistics[2 * n + 1]];
      const byNormalized = line.map((i) => delta[i] * parameters[i % N]);
      const byVariance = total(byNormalized.map((g, k) => g * (x[line[k]] - mean) * (-(scale ** 3) / 2)));
      const byMean = total(byNormalized.map((g) => -g * scale));
      for (const [k, i] of line.entries()) {
        const throughStatistics = byVariance * 2 * (x[i] - mean) + byMean;
        input_delta[i] = byNormalized[k] * scale + throughStatistics / line.length;
      }
    }
  },
  tolerance(before, _after, constants, { rows }) {
    const { parameters, statistics, delta } = before;
    const { N } = constants;
    const hats = normalized(before, constants, rows);
    const input_delta = new Float64Array(delta.length);
    for (const [n, line] of linesOf(constants, rows).entries()) {
      const own = line.map((i) => Math.abs(parameters[i % N] * delta[i]));
      const mean = average(own);
      const product = average(own.map((g, k) => g * Math.abs(hats[line[k]])));
      for (const [k, i] of line.entries()) {
        const hat = Math.abs(hats[i]);
        const sums = sumError(mean + hat * product, line.length);
        const rounding = 4 * ULP * (own[k] + mean + hat * product);
        input_delta[i] = statistics[2 * n + 1] * (sums + rounding);
      }
    }
    const gradient = gradientSums(before, hats, N, Math.abs).map(
      (sum) => sumError(sum, rows) + 2 * ULP * sum,
    );
    return { gradient, input_delta };
  },
  cases: () =>
    lineKinds.flatMap(({ BATCH, kind }) => [
      ...rowShapes.map((shape) => backwardCase(kind, shape, { BATCH })),
      backwardCase(kind, { M: 9, N: 4 }, { BATCH }, 2),
      backwardCase(`${kind}, clipped`, { M: 8, N: 5 }, { BATCH, CLIP_VALUE: 0.5 }),
    ]),
});
