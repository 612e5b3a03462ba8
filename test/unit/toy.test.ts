import { describe, expect, test } from 'vitest';
import { circles, spirals, type ToySet, xor } from '../../demo/data/toy.ts';

test('xor has its four rows', () => {
  const { x, y } = xor();
  expect([...x]).toEqual([-1, -1, -1, 1, 1, -1, 1, 1]);
  expect([...y]).toEqual([0, 1, 1, 0]);
});

describe.each([
  ['circles', circles],
  ['spirals', spirals],
])('%s', (_, make) => {
  test('repeats with its seed and differs with another', () => {
    expect(make({ seed: 3 })).toEqual(make({ seed: 3 }));
    expect(make({ seed: 3 }).x).not.toEqual(make({ seed: 4 }).x);
  });

  test('has balanced classes within about -1 to 1', () => {
    const { x, y } = make({ rows: 400 });
    expect(x.length).toBe(800);
    expect(y.reduce((sum, label) => sum + label, 0)).toBe(200);
    for (const value of x) expect(Math.abs(value)).toBeLessThan(1.1);
  });

  test('keeps the classes apart: a point is nearest to one of its own', () => {
    const set = make({ rows: 2000 });
    const wrong = set.y.filter((label, row) => set.y[nearest(set, row)] !== label).length;
    expect(wrong).toBe(0);
  });
});

function nearest({ x }: ToySet, row: number): number {
  let best = -1;
  let shortest = Number.POSITIVE_INFINITY;
  for (let other = 0; other < x.length / 2; other++) {
    const distance = Math.hypot(x[2 * other] - x[2 * row], x[2 * other + 1] - x[2 * row + 1]);
    if (other !== row && distance < shortest) {
      shortest = distance;
      best = other;
    }
  }
  return best;
}
