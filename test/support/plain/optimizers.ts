/**
 * Optimizers written out from the pseudo-code in the documentation of torch.optim, with its symbols and its default
 * constants; in float64, and knowing no library.
 */

/** Takes step t = 1, 2, … of one tensor: θ changes in place. */
type Step = (theta: Float64Array, gradient: Float64Array, t: number, gamma: number) => void;

export interface PlainOptimizer {
  /** γ, the learning rate of step t. */
  readonly gamma: (t: number) => number;
  /** A tensor's own state, all zeros at first. */
  start(size: number): Step;
}

/** What a step does to one number, whose state is `state` and lasts. */
type Rule = (g: number, t: number, state: Record<string, number>, theta: number, gamma: number) => number;

/** `rule` gives the new θ. */
function elementwise(gamma: number | ((t: number) => number), names: string, rule: Rule): PlainOptimizer {
  const zeros = () => Object.fromEntries([...names].map((name) => [name, 0]));
  return {
    gamma: typeof gamma === 'number' ? () => gamma : gamma,
    start(size) {
      const states = Array.from({ length: size }, zeros);
      return (theta, gradient, t, rate) => {
        for (let i = 0; i < size; i++) theta[i] = rule(gradient[i], t, states[i], theta[i], rate);
      };
    },
  };
}

/** torch.optim.SGD; γ may follow a schedule. */
export const sgd = ({
  gamma = 1e-3,
  mu = 0,
  nesterov = false,
}: {
  gamma?: number | ((t: number) => number);
  mu?: number;
  nesterov?: boolean;
} = {}) =>
  elementwise(gamma, 'b', (g, t, state, theta, rate) => {
    if (mu === 0) return theta - rate * g;
    state.b = t > 1 ? mu * state.b + g : g;
    return theta - rate * (nesterov ? g + mu * state.b : state.b);
  });

interface AdamConstants {
  gamma?: number;
  beta1?: number;
  beta2?: number;
  eps?: number;
}

/** torch.optim.AdamW; torch.optim.Adam for λ = 0. */
export const adamW = ({
  gamma = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  eps = 1e-8,
  lambda = 1e-2,
}: AdamConstants & { lambda?: number } = {}) =>
  elementwise(gamma, 'mv', (g, t, state, theta, rate) => {
    const decayed = theta - rate * lambda * theta;
    state.m = beta1 * state.m + (1 - beta1) * g;
    state.v = beta2 * state.v + (1 - beta2) * g ** 2;
    const m = state.m / (1 - beta1 ** t);
    const v = state.v / (1 - beta2 ** t);
    return decayed - (rate * m) / (Math.sqrt(v) + eps);
  });

/** torch.optim.Adam. */
export const adam = (constants: AdamConstants = {}) => adamW({ ...constants, lambda: 0 });

/** torch.optim.RMSprop. */
export const rmsprop = ({ gamma = 0.01, alpha = 0.99, eps = 1e-8, mu = 0, centered = false } = {}) =>
  elementwise(gamma, 'vab', (g, _t, state, theta, rate) => {
    state.v = alpha * state.v + (1 - alpha) * g ** 2;
    state.a = alpha * state.a + (1 - alpha) * g;
    const v = centered ? state.v - state.a ** 2 : state.v;
    if (mu === 0) return theta - (rate * g) / (Math.sqrt(v) + eps);
    state.b = mu * state.b + g / (Math.sqrt(v) + eps);
    return theta - rate * state.b;
  });

/** torch.optim.Adagrad; τ is initial_accumulator_value. */
export const adagrad = ({ gamma = 0.01, tau = 0, eps = 1e-10 } = {}) =>
  elementwise(gamma, 's', (g, t, state, theta, rate) => {
    state.s = (t === 1 ? tau : state.s) + g ** 2;
    return theta - (rate * g) / (Math.sqrt(state.s) + eps);
  });

/** torch.optim.Adadelta. */
export const adadelta = ({ gamma = 1, rho = 0.9, eps = 1e-6 } = {}) =>
  elementwise(gamma, 'vu', (g, _t, state, theta, rate) => {
    state.v = rho * state.v + (1 - rho) * g ** 2;
    const change = (Math.sqrt(state.u + eps) / Math.sqrt(state.v + eps)) * g;
    state.u = rho * state.u + (1 - rho) * change ** 2;
    return theta - rate * change;
  });

/** torch.optim.Adamax. */
export const adamax = ({ gamma = 2e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamConstants = {}) =>
  elementwise(gamma, 'mu', (g, t, state, theta, rate) => {
    state.m = beta1 * state.m + (1 - beta1) * g;
    state.u = Math.max(beta2 * state.u, Math.abs(g) + eps);
    return theta - (rate * state.m) / ((1 - beta1 ** t) * state.u);
  });

/** torch.optim.NAdam; ψ is momentum_decay. */
export const nadam = ({
  gamma = 2e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  eps = 1e-8,
  psi = 4e-3,
}: AdamConstants & { psi?: number } = {}) => {
  const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * psi));
  const product = (t: number) => Array.from({ length: t }, (_, i) => mu(i + 1)).reduce((a, b) => a * b);
  return elementwise(gamma, 'mv', (g, t, state, theta, rate) => {
    state.m = beta1 * state.m + (1 - beta1) * g;
    state.v = beta2 * state.v + (1 - beta2) * g ** 2;
    const m = (mu(t + 1) * state.m) / (1 - product(t + 1)) + ((1 - mu(t)) * g) / (1 - product(t));
    const v = state.v / (1 - beta2 ** t);
    return theta - (rate * m) / (Math.sqrt(v) + eps);
  });
};

/** Lion, which torch.optim has not: program 1 of Chen et al., Symbolic Discovery of Optimization Algorithms, 2023. */
export const lion = ({ gamma = 1e-4, beta1 = 0.9, beta2 = 0.99, lambda = 0 } = {}) =>
  elementwise(gamma, 'm', (g, _t, state, theta, rate) => {
    const update = Math.sign(beta1 * state.m + (1 - beta1) * g);
    state.m = beta2 * state.m + (1 - beta2) * g;
    return theta - rate * (update + lambda * theta);
  });
