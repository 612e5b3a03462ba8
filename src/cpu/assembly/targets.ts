// What a row's outputs should have been: see shaders/lib/targets.wgsl.
import { Targets } from './layout';
import { lanesOf, splat } from './vectors';

/** Where the targets of a row begin, given its number in the data set. */
@inline export function targetRow(targets: usize, source: u32, t: Targets): usize {
  return targets + (source * (t.WIDTH + (t.WEIGHTED ? 1 : 0)) << 2);
}

/** The targets of outputs j to j + 3. */
export function targetsOf(row: usize, j: u32, t: Targets): v128 {
  if (!t.SPARSE) return v128.load(row + (j << 2));
  const label = i32x4.splat(<i32>load<f32>(row) - j);
  return v128.and(i32x4.eq(label, i32x4(0, 1, 2, 3)), splat(1));
}

/** Output j's targets, of four rows. */
@inline export function targetsOfFour(a: usize, b: usize, c: usize, d: usize, j: u32, t: Targets): v128 {
  if (!t.SPARSE) return lanesOf(a + (j << 2), b + (j << 2), c + (j << 2), d + (j << 2));
  const labels = i32x4.trunc_sat_f32x4_s(lanesOf(a, b, c, d));
  return v128.and(i32x4.eq(labels, i32x4.splat(j)), splat(1));
}

/** Output j's target. */
export function targetOf(row: usize, j: u32, t: Targets): f32 {
  if (!t.SPARSE) return load<f32>(row + (j << 2));
  return <u32>load<f32>(row) == j ? 1 : 0;
}

/** The row's weight. */
@inline export function rowWeight(row: usize, t: Targets): f32 {
  return t.WEIGHTED ? load<f32>(row + (t.WIDTH << 2)) : 1;
}

/** Four rows' weights. */
@inline export function rowWeightsOfFour(a: usize, b: usize, c: usize, d: usize, t: Targets): v128 {
  const at = t.WIDTH << 2;
  return t.WEIGHTED ? lanesOf(a + at, b + at, c + at, d + at) : splat(1);
}

/** The first of the largest of `count` targets. */
export function largestTarget(row: usize, count: u32, t: Targets): u32 {
  if (t.SPARSE) {
    const label = <u32>load<f32>(row);
    return label < count ? label : 0;
  }
  return largestOf(row, count);
}

/** The first of the largest of `count` numbers; without branches, which nobody could foresee. */
export function largestOf(row: usize, count: u32): u32 {
  let top: u32 = 0;
  let largest = load<f32>(row);
  for (let j: u32 = 1; j < count; j++) {
    const value = load<f32>(row + (j << 2));
    top = select<u32>(j, top, value > largest);
    largest = max<f32>(value, largest);
  }
  return top;
}
