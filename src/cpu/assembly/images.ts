// Images, each moved, turned and scaled at random: see shaders/augment_images.wgsl. Each thread takes some of them.
import { AugmentImages, Step } from './layout';
import { cosTurns, normals, randomBits, randomKey, randomUnit, sinTurns } from './math/random';
import { rowNumbers } from './places';
import { shareEnd, shareStart } from './threads';
import { splat, storeLanes } from './vectors';

export function augment_images(op: AugmentImages, step: Step): void {
  const size = op.HEIGHT * op.WIDTH * op.CHANNELS;
  const numbers = rowNumbers(op.GATHER, op.permutation, step.first);
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m++) {
    const image = op.data + (load<u32>(numbers + (m << 2)) * size << 2);
    const to = op.batch + (m * size << 2);
    place(op, image, to, m, randomKey(op.SEED, step.index));
    if (op.NOISE > 0) addNoise(op, to, m, size, randomKey(op.SEED + 1, step.index));
    if (op.CUT_OUT > 0) cutOut(op, to, m, randomKey(op.SEED, step.index));
  }
}

/** Number k of an image's own, in [−1, 1). */
function drawn(key: u32, image: u32, k: u32): f32 {
  return 2 * randomUnit(randomBits(key, image * 6 + k)) - 1;
}

function place(op: AugmentImages, image: usize, to: usize, m: u32, key: u32): void {
  const turns = splat(op.ROTATE * drawn(key, m, 2));
  const scale: f32 = 1 + op.ZOOM * drawn(key, m, 3);
  const cosine = f32x4.extract_lane(cosTurns(turns), 0) / scale;
  const sine = f32x4.extract_lane(sinTurns(turns), 0) / scale;
  const middleX: f32 = 0.5 * <f32>op.WIDTH;
  const middleY: f32 = 0.5 * <f32>op.HEIGHT;
  const centerX = middleX + op.SHIFT_X * drawn(key, m, 0);
  const centerY = middleY + op.SHIFT_Y * drawn(key, m, 1);
  for (let y: u32 = 0; y < op.HEIGHT; y++) {
    const py = <f32>y + 0.5 - centerY;
    for (let x: u32 = 0; x < op.WIDTH; x++) {
      const px = <f32>x + 0.5 - centerX;
      const fromX = cosine * px + sine * py + middleX - 0.5;
      const fromY = cosine * py - sine * px + middleY - 0.5;
      for (let channel: u32 = 0; channel < op.CHANNELS; channel++, to += 4) {
        store<f32>(to, interpolated(op, image + (channel << 2), fromX, fromY));
      }
    }
  }
}

/** One channel of an image between the four pixels around a place; outside the image it is 0. */
function interpolated(op: AugmentImages, channel: usize, x: f32, y: f32): f32 {
  const left = floor<f32>(x);
  const top = floor<f32>(y);
  const share = x - left;
  const rest: f32 = 1 - share;
  const upper = rest * pixel(op, channel, left, top) + share * pixel(op, channel, left + 1, top);
  const lower = rest * pixel(op, channel, left, top + 1) + share * pixel(op, channel, left + 1, top + 1);
  const low = y - top;
  const high: f32 = 1 - low;
  return high * upper + low * lower;
}

@inline function pixel(op: AugmentImages, channel: usize, x: f32, y: f32): f32 {
  if (x < 0 || y < 0 || x >= <f32>op.WIDTH || y >= <f32>op.HEIGHT) return 0;
  return load<f32>(channel + ((<u32>y * op.WIDTH + <u32>x) * op.CHANNELS << 2));
}

function addNoise(op: AugmentImages, to: usize, m: u32, size: u32, key: u32): void {
  for (let i: u32 = 0; i < size; i += 4) {
    const noise = f32x4.mul(splat(op.NOISE), normals(key, m * size + i));
    const at = to + (i << 2);
    storeLanes(at, f32x4.add(v128.load(at), noise), size - i);
  }
}

/** A square around any pixel: some of it may be outside. */
function cutOut(op: AugmentImages, to: usize, m: u32, key: u32): void {
  const x = <i32>(randomBits(key, m * 6 + 4) % op.WIDTH - op.CUT_OUT / 2);
  const y = <i32>(randomBits(key, m * 6 + 5) % op.HEIGHT - op.CUT_OUT / 2);
  const left = max(x, 0);
  const right = min(x + <i32>op.CUT_OUT, <i32>op.WIDTH);
  const bottom = min(y + <i32>op.CUT_OUT, <i32>op.HEIGHT);
  for (let row = max(y, 0); row < bottom; row++) {
    const from = to + ((row * op.WIDTH + left) * op.CHANNELS << 2);
    memory.fill(from, 0, (right - left) * op.CHANNELS << 2);
  }
}
