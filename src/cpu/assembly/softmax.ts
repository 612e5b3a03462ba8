// Softmax over each row, and back. Each thread takes some of the batch's rows.
import { SoftmaxBackward, SoftmaxForward, Step } from './layout';
import { exp } from './math/exp';
import { largestOf } from './targets';
import { shareEnd, shareStart } from './threads';
import { firstLanes, splat, storeLanes, sumLanes } from './vectors';

export function softmax_forward(op: SoftmaxForward, step: Step): void {
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m++) {
    const x = op.x + (m * op.N << 2);
    const y = op.y + (m * op.N << 2);
    const largest = v128.load_splat<f32>(x + (largestOf(x, op.N) << 2));
    let sum = splat(0);
    for (let j: u32 = 0; j < op.N; j += 4) {
      const e = exp(f32x4.sub(v128.load(x + (j << 2)), largest));
      sum = f32x4.add(sum, v128.and(e, firstLanes(op.N - j)));
      storeLanes(y + (j << 2), e, op.N - j);
    }
    const total = splat(sumLanes(sum));
    for (let j: u32 = 0; j < op.N; j += 4) {
      storeLanes(y + (j << 2), f32x4.div(v128.load(y + (j << 2)), total), op.N - j);
    }
  }
}

export function softmax_backward(op: SoftmaxBackward, step: Step): void {
  const end = shareEnd(step.rows);
  for (let m = shareStart(step.rows); m < end; m++) {
    const at = m * op.N << 2;
    let sum = splat(0);
    for (let j: u32 = 0; j < op.N; j += 4) {
      const place = at + (j << 2);
      const product = f32x4.mul(v128.load(op.upstream + place), v128.load(op.y + place));
      sum = f32x4.add(sum, v128.and(product, firstLanes(op.N - j)));
    }
    const mean = splat(sumLanes(sum));
    for (let j: u32 = 0; j < op.N; j += 4) {
      const place = at + (j << 2);
      const rest = f32x4.sub(v128.load(op.upstream + place), mean);
      storeLanes(op.delta + place, f32x4.mul(v128.load(op.y + place), rest), op.N - j);
    }
  }
}
