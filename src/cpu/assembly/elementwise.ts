// What is done to each number of a batch alike. Each thread takes some of the batch's rows.
import { ActivationBackward, ActivationForward, Dropout, GaussianNoise, Step } from './layout';
import { activate, activationSlope } from './math/activation';
import { normals, randomBitsOfFour, randomKey } from './math/random';
import { rowNumbers } from './places';
import { shareEnd, shareStart } from './threads';
import { splat, storeLanes } from './vectors';

export function activation_forward(op: ActivationForward, step: Step): void {
  const end = shareEnd(step.rows) * op.N;
  for (let i = shareStart(step.rows) * op.N; i < end; i += 4) {
    storeLanes(op.y + (i << 2), activate(v128.load(op.x + (i << 2)), op.activation), end - i);
  }
}

export function activation_backward(op: ActivationBackward, step: Step): void {
  const end = shareEnd(step.rows) * op.N;
  for (let i = shareStart(step.rows) * op.N; i < end; i += 4) {
    const slope = activationSlope(v128.load(op.kept + (i << 2)), op.activation);
    storeLanes(op.delta + (i << 2), f32x4.mul(v128.load(op.upstream + (i << 2)), slope), end - i);
  }
}

export function dropout(op: Dropout, step: Step): void {
  const key = randomKey(op.SEED, step.index);
  const end = shareEnd(step.rows) * op.N;
  const threshold = i32x4.splat(op.THRESHOLD);
  const scale = splat(op.SCALE);
  for (let i = shareStart(step.rows) * op.N; i < end; i += 4) {
    const kept = i32x4.ge_u(randomBitsOfFour(key, i, 1), threshold);
    storeLanes(op.y + (i << 2), v128.and(f32x4.mul(v128.load(op.x + (i << 2)), scale), kept), end - i);
  }
}

export function gaussian_noise(op: GaussianNoise, step: Step): void {
  const key = randomKey(op.SEED, step.index);
  const numbers = rowNumbers(op.GATHER, op.permutation, step.first);
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m++) {
    const x = op.x + (load<u32>(numbers + (m << 2)) * op.N << 2);
    const y = op.y + (m * op.N << 2);
    for (let j: u32 = 0; j < op.N; j += 4) {
      const noise = f32x4.mul(splat(op.STDDEV), normals(key, m * op.N + j));
      storeLanes(y + (j << 2), f32x4.add(v128.load(x + (j << 2)), noise), op.N - j);
    }
  }
}
