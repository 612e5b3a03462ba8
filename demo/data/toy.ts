/** Small two-dimensional problems with two classes: enough to see a network learn. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface ToySet {
  inputs: 2;
  outputs: 1;
  /** Rows × 2, about -1 to 1. */
  x: Float32Array<ArrayBuffer>;
  /** The class of each row, 0 or 1. */
  y: Float32Array<ArrayBuffer>;
}

export interface ToyOptions {
  rows?: number;
  seed?: number;
  /** Largest displacement of a coordinate. */
  noise?: number;
}

type Random = () => number;

/** The four rows of exclusive or, as -1 and 1. */
export function xor(): ToySet {
  return toySet([
    [-1, -1, 0],
    [-1, 1, 1],
    [1, -1, 1],
    [1, 1, 0],
  ]);
}

/** A disc inside a ring. */
export function circles({ rows = 500, seed = 1, noise = 0.05 }: ToyOptions = {}): ToySet {
  const random = uniform(seed);
  return scatter(rows, noise, random, (label) => {
    const radius = label === 0 ? 0.4 * Math.sqrt(random()) : 0.65 + 0.35 * random();
    return polar(radius, 2 * Math.PI * random());
  });
}

/** Two arms wound around each other, one and a half turns each. */
export function spirals({ rows = 500, seed = 1, noise = 0.03 }: ToyOptions = {}): ToySet {
  const random = uniform(seed);
  return scatter(rows, noise, random, (label) => {
    const along = 0.1 + 0.9 * random();
    return polar(along, 3 * Math.PI * along + Math.PI * label);
  });
}

/** Points of alternating classes: any stretch of rows, and so any split, is balanced. */
function scatter(rows: number, noise: number, random: Random, place: (label: number) => [number, number]) {
  const jitter = () => noise * (2 * random() - 1);
  const points = Array.from({ length: rows }, (_, row): [number, number, number] => {
    const label = row % 2;
    const [a, b] = place(label);
    return [a + jitter(), b + jitter(), label];
  });
  return toySet(points);
}

function polar(radius: number, angle: number): [number, number] {
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function uniform(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

function toySet(points: [number, number, number][]): ToySet {
  const x = new Float32Array(2 * points.length);
  const y = new Float32Array(points.length);
  points.forEach(([a, b, label], row) => {
    x.set([a, b], 2 * row);
    y[row] = label;
  });
  return { inputs: 2, outputs: 1, x, y };
}
