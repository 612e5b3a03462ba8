/** Learning-rate schedules against torch.optim.lr_scheduler: its documentation's numbers, and its recurrences. */
import { describe, expect, test } from 'vitest';
import {
  cosineRestarts,
  exponentialDecay,
  type LearningRate,
  linearWarmup,
  oneCycle,
  piecewise,
  type Schedule,
  stepDecay,
} from '../../src/index.ts';

const warmup = (steps: number, then: LearningRate, startFactor?: number) =>
  linearWarmup({ steps, startFactor, then });

const rates = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => schedule.rateAt(step));

function expectRates(schedule: Schedule, wanted: readonly number[]): void {
  rates(schedule, wanted.length).forEach((rate, step) => {
    expect(Math.abs(rate - wanted[step]), `step ${step}: ${rate}, not ${wanted[step]}`).toBeLessThan(
      1e-12 * Math.abs(wanted[step]) + 1e-16,
    );
  });
}

const repeat = (...parts: [rate: number, steps: number][]) =>
  parts.flatMap(([rate, steps]) => new Array<number>(steps).fill(rate));

/** rate_t = f(rate_{t−1}, t), as the schedulers that PyTorch calls chainable compute it. */
const chained = (first: number, steps: number, next: (rate: number, t: number) => number) => {
  const result = [first];
  for (let t = 1; t < steps; t++) result.push(next(result[t - 1], t));
  return result;
};

describe('published numbers', () => {
  test('StepLR: the documentation of torch.optim.lr_scheduler.StepLR', () => {
    expectRates(
      stepDecay({ rate: 0.05, stepSize: 30, gamma: 0.1 }),
      repeat([0.05, 30], [0.005, 30], [0.0005, 30]),
    );
  });

  test('MultiStepLR: the documentation of torch.optim.lr_scheduler.MultiStepLR', () => {
    expectRates(
      piecewise({ boundaries: [30, 80], rates: [0.05, 0.005, 0.0005] }),
      repeat([0.05, 30], [0.005, 50], [0.0005, 20]),
    );
  });

  test('LinearLR: the documentation of torch.optim.lr_scheduler.LinearLR', () => {
    expectRates(warmup(4, 0.05, 0.5), [0.025, 0.03125, 0.0375, 0.04375, 0.05, 0.05, 0.05]);
  });

  test('OneCycleLR: test_onecycle_lr_cosine_annealing of PyTorch’s test/optim/test_lrscheduler.py', () => {
    const down = (k: number) => 0.5 + (24.5 / 2) * (Math.cos((Math.PI * k) / 7) + 1);
    expectRates(oneCycle({ rate: 25, steps: 10, finalDivisor: 2 }), [
      1,
      13,
      25,
      ...[1, 2, 3, 4, 5, 6].map(down),
      0.5,
    ]);
  });
});

describe('recurrences', () => {
  test.each([
    [1, 0.1],
    [7, 0.5],
    [3, 1.25],
  ])('StepLR, every %i steps by %f', (stepSize, gamma) => {
    const wanted = chained(0.3, 60, (rate, t) => (t % stepSize === 0 ? rate * gamma : rate));
    expectRates(stepDecay({ rate: 0.3, stepSize, gamma }), wanted);
  });

  test('StepLR falls to a tenth unless told otherwise', () => {
    expectRates(stepDecay({ rate: 1, stepSize: 2 }), repeat([1, 2], [0.1, 2], [0.01, 2]));
  });

  test('ExponentialLR', () => {
    expectRates(
      exponentialDecay({ rate: 0.05, gamma: 0.9 }),
      chained(0.05, 100, (rate) => rate * 0.9),
    );
  });

  test('ExponentialLR stretched over 10 steps', () => {
    const schedule = exponentialDecay({ rate: 0.05, gamma: 0.5, decaySteps: 10 });
    expectRates(
      schedule,
      chained(0.05, 50, (rate) => rate * 0.5 ** 0.1),
    );
  });

  test.each([
    [1, 0],
    [1, 1e-3],
    [2, 1e-10],
    [4, 0.01],
  ])('CosineAnnealingWarmRestarts, rounds × %i, down to %f', (multiplier, minimum) => {
    let [position, length] = [-1, 10];
    const wanted = Array.from({ length: 200 }, () => {
      position++;
      if (position >= length) [position, length] = [position - length, length * multiplier];
      return minimum + (0.05 - minimum) * Math.cos((Math.PI * position) / length / 2) ** 2;
    });
    expectRates(cosineRestarts({ rate: 0.05, steps: 10, multiplier, minimum }), wanted);
  });

  test('LinearLR and what comes after: the factor times the rate', () => {
    const then = exponentialDecay({ rate: 0.1, gamma: 0.95 });
    const wanted = Array.from({ length: 30 }, (_, t) => (t < 8 ? 0.2 + (0.8 * t) / 8 : 1) * 0.1 * 0.95 ** t);
    expectRates(warmup(8, then, 0.2), wanted);
    expect(warmup(8, then).rateAt(0)).toBe(0);
  });

  test.each([
    [100, 0.3],
    [37, 0.25],
    [20, 1],
    [4, 0.25],
    [1, 0.3],
  ])('OneCycleLR of %i steps, %f of them up', (steps, share) => {
    const [first, top, last] = [0.8 / 25, 0.8, 0.8 / 25 / 1e4];
    const between = (from: number, to: number, part: number) =>
      from + (to - from) * Math.sin((Math.PI * part) / 2) ** 2;
    const peak = share * steps - 1;
    const wanted = Array.from({ length: steps }, (_, t) => {
      if (t > peak) return between(top, last, (t - peak) / (steps - 1 - peak));
      return peak === 0 ? top : between(first, top, t / peak);
    });
    expectRates(oneCycle({ rate: 0.8, steps, share }), wanted);
  });

  test('OneCycleLR stays where it ended', () => {
    const schedule = oneCycle({ rate: 0.8, steps: 50 });
    expect(schedule.rateAt(1000)).toBe(schedule.rateAt(49));
    expect(schedule.rateAt(49)).toBeCloseTo(0.8 / 25 / 1e4, 15);
  });
});
