/**
 * The optimizers as the documentation of torch.optim spells them out, line by line, each parameter with a state
 * of its own; Lion as its paper does (Chen et al., 2023, algorithm 2).
 */
import type { Update } from './plainNetwork.ts';

/** What an optimizer keeps for one parameter: all zero at first, and `t` the number of this step. */
interface State {
  t: number;
  m: number;
  v: number;
  u: number;
  product: number;
}

/** The parameter's new value. */
type Rule = (theta: number, g: number, state: State) => number;

function elementwise(rule: Rule): Update {
  const states = new Map<Float64Array, State[]>();
  return (parameters, gradient) => {
    const fresh = () => ({ t: 0, m: 0, v: 0, u: 0, product: 1 });
    const list = states.get(parameters) ?? Array.from(parameters, fresh);
    states.set(parameters, list);
    for (const [i, state] of list.entries()) {
      state.t++;
      parameters[i] = rule(parameters[i], gradient[i], state);
    }
  };
}

export const torchSgd = ({ lr = 0.01, momentum = 0, nesterov = false }) =>
  elementwise((theta, g, state) => {
    // The first buffer is the gradient itself.
    state.m = state.t > 1 ? momentum * state.m + g : g;
    return theta - lr * (nesterov ? g + momentum * state.m : state.m);
  });

export const torchAdamW = ({ lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.01 }) =>
  elementwise((theta, g, state) => {
    const decayed = theta - lr * weightDecay * theta;
    state.m = beta1 * state.m + (1 - beta1) * g;
    state.v = beta2 * state.v + (1 - beta2) * g * g;
    const mHat = state.m / (1 - beta1 ** state.t);
    const vHat = state.v / (1 - beta2 ** state.t);
    return decayed - (lr * mHat) / (Math.sqrt(vHat) + eps);
  });

export const torchAdam = (options: { lr?: number; beta1?: number; beta2?: number; eps?: number }) =>
  torchAdamW({ ...options, weightDecay: 0 });

export const torchNadam = ({ lr = 2e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, momentumDecay = 4e-3 }) =>
  elementwise((theta, g, state) => {
    const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const [now, next] = [mu(state.t), mu(state.t + 1)];
    state.product *= now;
    state.m = beta1 * state.m + (1 - beta1) * g;
    state.v = beta2 * state.v + (1 - beta2) * g * g;
    const mHat = (next * state.m) / (1 - state.product * next) + ((1 - now) * g) / (1 - state.product);
    const vHat = state.v / (1 - beta2 ** state.t);
    return theta - (lr * mHat) / (Math.sqrt(vHat) + eps);
  });

export const torchAdamax = ({ lr = 2e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }) =>
  elementwise((theta, g, state) => {
    state.m = beta1 * state.m + (1 - beta1) * g;
    state.u = Math.max(beta2 * state.u, Math.abs(g) + eps);
    return theta - (lr * state.m) / ((1 - beta1 ** state.t) * state.u);
  });

export const torchRmsprop = ({ lr = 0.01, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false }) =>
  elementwise((theta, g, state) => {
    state.v = alpha * state.v + (1 - alpha) * g * g;
    state.m = alpha * state.m + (1 - alpha) * g;
    const variance = centered ? state.v - state.m ** 2 : state.v;
    const step = g / (Math.sqrt(variance) + eps);
    state.u = momentum * state.u + step;
    return theta - lr * (momentum > 0 ? state.u : step);
  });

export const torchAdagrad = ({ lr = 0.01, initialAccumulatorValue = 0, eps = 1e-10 }) =>
  elementwise((theta, g, state) => {
    state.v += g * g;
    return theta - (lr * g) / (Math.sqrt(initialAccumulatorValue + state.v) + eps);
  });

export const torchAdadelta = ({ lr = 1, rho = 0.9, eps = 1e-6 }) =>
  elementwise((theta, g, state) => {
    state.v = rho * state.v + (1 - rho) * g * g;
    const delta = (Math.sqrt(state.u + eps) / Math.sqrt(state.v + eps)) * g;
    state.u = rho * state.u + (1 - rho) * delta * delta;
    return theta - lr * delta;
  });

export const lionOfThePaper = ({ lr = 1e-4, beta1 = 0.9, beta2 = 0.99, weightDecay = 0 }) =>
  elementwise((theta, g, state) => {
    const direction = Math.sign(beta1 * state.m + (1 - beta1) * g);
    state.m = beta2 * state.m + (1 - beta2) * g;
    return theta - lr * (direction + weightDecay * theta);
  });
