import { values as activations } from '../../shaders/lib/activation.wgsl';
import shader from '../../shaders/normalization_forward.wgsl';
import { between, normal } from './fills.ts';
import { activate } from './formulas.ts';
import { type ConstantsOf, defineKernel, type Fill, type HostTensors, type ParityCase } from './kernel.ts';
import { average, lineKinds, linesOf } from './normalizationLines.ts';
import { rowShapes } from './shapes.ts';
import { activationError, sumError, ULP, UNIT } from './tolerance.ts';

type Constants = ConstantsOf<typeof shader>;

/** A line's numbers by index, with the mean and variance that they are normalised by. */
function measure({ x, moving }: HostTensors<'x' | 'moving'>, c: Constants, rows: number) {
  return linesOf(c, rows).map((line, n) => {
    const values = line.map((i) => x[i]);
    const mean = c.MOVING ? moving[n] : average(values);
    const variance = c.MOVING ? moving[c.N + n] : average(values.map((value) => (value - mean) ** 2));
    return { line, values, mean, variance, scale: 1 / Math.sqrt(variance + c.EPSILON) };
  });
}

function forwardCase(
  label: string,
  { M, N }: { M: number; N: number },
  constants: Partial<Constants>,
  { rows = M, x = normal(2) }: { rows?: number; x?: Fill } = {},
): ParityCase<typeof shader> {
  const lines = constants.BATCH ? N : M;
  return {
    label: `${label}, ${rows} of ${M} rows × ${N}`,
    constants: { M, N, ...constants },
    step: { rows },
    tensors: {
      x: { size: M * N, fill: x },
      parameters: { size: 2 * N, fill: normal() },
      moving: { size: constants.BATCH ? 2 * N : 1, fill: between(0.25, 1) },
      statistics: { size: 2 * lines, fill: normal() },
      y: { size: M * N, fill: normal() },
    },
  };
}

/** Three of it have a sum that float32 has to round, by so much that a line of 192 seems to have another mean. */
const constant: Fill = () => 3000000.5;

const farFromZero: Fill = (uniform, i) => 1e4 + normal()(uniform, i);

/** The first number of every line is far from all others of its own. */
const outliers: Fill = (uniform, i) => (i % 8 === 0 || i < 7 ? 300 : 1) * normal()(uniform, i);

export const normalizationForward = defineKernel({
  shader,
  threads: ({ M, N, BATCH }) => (BATCH ? N : M) * 64,
  reference(tensors, constants, { rows }) {
    const { parameters, moving, statistics, y } = tensors;
    const { N, BATCH, MOVING, BATCH_SHARE } = constants;
    for (const [n, { line, values, mean, variance, scale }] of measure(tensors, constants, rows).entries()) {
      statistics.set([mean, scale], 2 * n);
      if (BATCH && !MOVING) {
        moving[n] = moving[n] * (1 - BATCH_SHARE) + mean * BATCH_SHARE;
        moving[N + n] = moving[N + n] * (1 - BATCH_SHARE) + variance * BATCH_SHARE;
      }
      for (const [i, value] of values.entries()) {
        const feature = line[i] % N;
        const normalized = (value - mean) * scale;
        y[line[i]] = activate(parameters[feature] * normalized + parameters[N + feature], constants);
      }
    }
  },
  // Rounding of the first mean, of the distances from it, of their sums, and of what is made from those.
  tolerance(before, after, constants, { rows }) {
    const { parameters, x, moving } = before;
    const { N, MOVING, BATCH_SHARE, EPSILON } = constants;
    const errors = {
      y: new Float64Array(x.length),
      statistics: new Float64Array(before.statistics.length),
      moving: new Float64Array(moving.length),
    };
    for (const [n, { line, values, mean, variance, scale }] of measure(before, constants, rows).entries()) {
      const spread = values.map((value) => Math.abs(value - mean));
      const firstError = MOVING ? 0 : sumError(average(values.map(Math.abs)), line.length);
      const meanError = MOVING ? 0 : sumError(average(spread) + firstError, line.length);
      const valueErrors = spread.map((distance) => ULP * (distance + firstError) + meanError);
      const squareErrors = valueErrors.map((error, i) => (2 * spread[i] + error) * error);
      const sumOfSquares = variance + firstError ** 2;
      const varianceError = MOVING ? 0 : average(squareErrors) + 2 * sumError(sumOfSquares, line.length);
      const scaleError = varianceError / (2 * (variance + EPSILON)) + 4 * ULP;
      errors.statistics.set([meanError + UNIT * Math.abs(mean), scale * scaleError], 2 * n);
      if (!MOVING && constants.BATCH) {
        for (const [at, now, error] of [
          [n, mean, meanError],
          [N + n, variance, varianceError],
        ]) {
          const magnitude = Math.abs(now) + Math.abs(moving[at]);
          errors.moving[at] = BATCH_SHARE * (error + 3 * ULP * magnitude) + UNIT * Math.abs(after.moving[at]);
        }
      }
      for (const [i, value] of values.entries()) {
        const [gamma, beta] = [parameters[line[i] % N], parameters[N + (line[i] % N)]];
        const normalized = (value - mean) * scale;
        const error = valueErrors[i] * scale + Math.abs(normalized) * (scaleError + ULP);
        const sum = Math.abs(gamma * normalized) + Math.abs(beta);
        const z = gamma * normalized + beta;
        errors.y[line[i]] = activationError(z, Math.abs(gamma) * error + 2 * ULP * sum, constants);
      }
    }
    return errors;
  },
  cases: () =>
    lineKinds
      .flatMap(({ BATCH, kind }) => [
        ...rowShapes.map((shape) => forwardCase(kind, shape, { BATCH })),
        forwardCase(kind, { M: 9, N: 4 }, { BATCH, EPSILON: 0.5, BATCH_SHARE: 0.25 }, { rows: 2 }),
        forwardCase(
          `constant ${kind}`,
          BATCH ? { M: 192, N: 3 } : { M: 3, N: 192 },
          { BATCH },
          { x: constant },
        ),
        forwardCase(`${kind} far from 0`, { M: 70, N: 8 }, { BATCH }, { x: farFromZero }),
        forwardCase(`${kind} with outliers`, { M: 7, N: 8 }, { BATCH }, { x: outliers }),
        ...[activations.RELU, activations.SIGMOID].map((ACTIVATION) =>
          forwardCase(`${kind}, activation ${ACTIVATION}`, { M: 7, N: 5 }, { BATCH, ACTIVATION }),
        ),
      ])
      .concat(rowShapes.map((shape) => forwardCase('moving', shape, { BATCH: true, MOVING: true }))),
});
