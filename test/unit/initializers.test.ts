import { describe, expect, test } from 'vitest';
import { initialValues, parseInitializer } from '../../src/model/initializers.ts';
import { uniformSource } from '../../src/model/random.ts';

const fans = { inputs: 120, units: 80 };

const draw = (option: unknown) =>
  initialValues(
    parseInitializer('kernelInitializer', option),
    [fans.inputs, fans.units],
    fans,
    uniformSource(5, 1),
  );

const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: Float32Array) => {
  const centre = mean(values);
  return values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / values.length;
};

/** Published variances: Glorot 2 / (in + out), He 2 / in, LeCun 1 / in. */
describe.each([
  ['glorot', 2 / 200],
  ['he', 2 / 120],
  ['lecun', 1 / 120],
] as const)('%s', (family, wanted) => {
  test.each(['Uniform', 'Normal'])('%s', (shape) => {
    const values = draw(`${family}${shape}`);
    expect(Math.abs(mean(values))).toBeLessThan(5 * Math.sqrt(wanted / values.length));
    expect(variance(values) / wanted).toBeGreaterThan(0.94);
    expect(variance(values) / wanted).toBeLessThan(1.06);
  });
});

test('a truncated normal stays within two deviations', () => {
  const values = draw({ name: 'truncatedNormal', mean: 1, stddev: 0.5 });
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThanOrEqual(2);
});

test('orthogonal columns are orthonormal, times the gain', () => {
  const values = draw({ name: 'orthogonal', gain: 2 });
  const column = (j: number) => Array.from({ length: fans.inputs }, (_, i) => values[i * fans.units + j]);
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  expect(dot(column(3), column(3))).toBeCloseTo(4, 5);
  expect(dot(column(3), column(70))).toBeCloseTo(0, 5);
});
