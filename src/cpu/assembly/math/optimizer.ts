// The optimizer's step on weights in a row, by the formulas of shaders/lib/optimizer.wgsl.
import {
  ADADELTA, ADAGRAD, ADAM, ADAMAX, LION, NADAM, Optimizer, RMSPROP, SGD, Step,
} from '../layout';
import { sign, splat, storeLanes } from '../vectors';

/**
 * Changes `count` weights at `weights` by their gradient times `scale`. What is kept for them is at `moments`, the
 * first, second and third number of a weight `momentStep` bytes apart.
 */
export function optimizerSteps(
  gradient: usize, scale: f32, weights: usize, moments: usize, momentStep: u32, count: u32, o: Optimizer, step: Step,
): void {
  const end = weights + (count << 2);
  const whole = weights + (count & ~3) * 4;
  const rate = splat(step.rate * o.RATE_SCALE);
  const factor = splat(scale);
  // The most used, without choices in the loop.
  if (o.OPTIMIZER == SGD && o.MOMENTS == 0 && o.WEIGHT_DECAY == 0) {
    for (; weights < whole; weights += 16, gradient += 16) {
      const g = f32x4.mul(v128.load(gradient), factor);
      v128.store(weights, f32x4.sub(v128.load(weights), f32x4.mul(rate, g)));
    }
    if (weights < end) {
      const g = f32x4.mul(v128.load(gradient), factor);
      storeLanes(weights, f32x4.sub(v128.load(weights), f32x4.mul(rate, g)), count & 3);
    }
    return;
  } else if (o.OPTIMIZER == ADAM && o.WEIGHT_DECAY == 0) {
    const correction = splat(step.correction);
    const epsilon = splat(o.EPSILON);
    const beta1 = splat(o.BETA_1), rest1 = splat(o.ONE_MINUS_BETA_1);
    const beta2 = splat(o.BETA_2), rest2 = splat(o.ONE_MINUS_BETA_2);
    for (; weights < whole; weights += 16, gradient += 16, moments += 16) {
      const seconds = moments + momentStep;
      const g = f32x4.mul(v128.load(gradient), factor);
      const first = f32x4.add(f32x4.mul(beta1, v128.load(moments)), f32x4.mul(rest1, g));
      const second = f32x4.add(f32x4.mul(beta2, v128.load(seconds)), f32x4.mul(rest2, f32x4.mul(g, g)));
      const root = f32x4.add(f32x4.mul(f32x4.sqrt(second), correction), epsilon);
      v128.store(moments, first);
      v128.store(seconds, second);
      v128.store(weights, f32x4.sub(v128.load(weights), f32x4.mul(rate, f32x4.div(first, root))));
    }
  }
  const decay = splat(step.learning_rate * o.RATE_SCALE * o.WEIGHT_DECAY);
  for (; weights < end; weights += 16, gradient += 16, moments += 16) {
    const lanes = <u32>(end - weights) >> 2;
    const weight = v128.load(weights);
    const g = f32x4.mul(v128.load(gradient), factor);
    const change = f32x4.mul(rate, direction(g, moments, momentStep, lanes, o, step));
    const kept = f32x4.sub(weight, f32x4.mul(decay, weight));
    storeLanes(weights, f32x4.sub(kept, change), lanes);
  }
}

@inline function mean(old: v128, value: v128, beta: f32, rest: f32): v128 {
  return f32x4.add(f32x4.mul(splat(beta), old), f32x4.mul(splat(rest), value));
}

/** What the weights are to move by, times the rate. Stores their moments. */
function direction(g: v128, moments: usize, momentStep: u32, count: u32, o: Optimizer, step: Step): v128 {
  const epsilon = splat(o.EPSILON);
  const firsts = moments;
  const seconds = moments + momentStep;
  switch (o.OPTIMIZER) {
    case ADAM:
    case NADAM:
    case ADAMAX: {
      const first = mean(v128.load(firsts), g, o.BETA_1, o.ONE_MINUS_BETA_1);
      storeLanes(firsts, first, count);
      if (o.OPTIMIZER == ADAMAX) {
        const grown = f32x4.add(f32x4.abs(g), epsilon);
        const largest = f32x4.pmax(grown, f32x4.mul(splat(o.BETA_2), v128.load(seconds)));
        storeLanes(seconds, largest, count);
        return f32x4.div(first, largest);
      }
      const second = mean(v128.load(seconds), f32x4.mul(g, g), o.BETA_2, o.ONE_MINUS_BETA_2);
      storeLanes(seconds, second, count);
      const root = f32x4.add(f32x4.mul(f32x4.sqrt(second), splat(step.correction)), epsilon);
      if (o.OPTIMIZER == ADAM) return f32x4.div(first, root);
      const ahead = f32x4.mul(splat(step.rate == 0 ? 0 : step.gradient_rate / step.rate), g);
      return f32x4.div(f32x4.add(first, ahead), root);
    }
    case RMSPROP: {
      const thirds = seconds + momentStep;
      const first = mean(v128.load(firsts), f32x4.mul(g, g), o.BETA_2, o.ONE_MINUS_BETA_2);
      storeLanes(firsts, first, count);
      let variance = first;
      if (o.CENTERED) {
        const third = mean(v128.load(thirds), g, o.BETA_2, o.ONE_MINUS_BETA_2);
        storeLanes(thirds, third, count);
        variance = f32x4.pmax(f32x4.sub(variance, f32x4.mul(third, third)), splat(0));
      }
      const change = f32x4.div(g, f32x4.add(f32x4.sqrt(variance), epsilon));
      if (o.MOMENTS < 2) return change;
      const second = f32x4.add(f32x4.mul(splat(o.MOMENTUM), v128.load(seconds)), change);
      storeLanes(seconds, second, count);
      return second;
    }
    case ADAGRAD: {
      const first = f32x4.add(v128.load(firsts), f32x4.mul(g, g));
      storeLanes(firsts, first, count);
      return f32x4.div(g, f32x4.add(f32x4.sqrt(first), epsilon));
    }
    case ADADELTA: {
      const first = mean(v128.load(firsts), f32x4.mul(g, g), o.BETA_2, o.ONE_MINUS_BETA_2);
      const old = v128.load(seconds);
      const change = f32x4.div(
        f32x4.mul(g, f32x4.sqrt(f32x4.add(old, epsilon))),
        f32x4.sqrt(f32x4.add(first, epsilon)),
      );
      storeLanes(firsts, first, count);
      storeLanes(seconds, mean(old, f32x4.mul(change, change), o.BETA_2, o.ONE_MINUS_BETA_2), count);
      return change;
    }
    case LION: {
      const old = v128.load(firsts);
      storeLanes(firsts, mean(old, g, o.BETA_2, o.ONE_MINUS_BETA_2), count);
      return sign(mean(old, g, o.BETA_1, o.ONE_MINUS_BETA_1));
    }
    default: {
      if (o.MOMENTS == 0) return g;
      const momentum = splat(o.MOMENTUM);
      const first = f32x4.add(f32x4.mul(momentum, v128.load(firsts)), g);
      storeLanes(firsts, first, count);
      return o.NESTEROV ? f32x4.add(g, f32x4.mul(momentum, first)) : first;
    }
  }
}
