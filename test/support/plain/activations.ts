/** Activations as torch.nn documents them, with the derivative by their input; in float64, and knowing no library. */

/** A function of a row, and the gradient by its input from the one by its output. */
export interface RowFunction {
  forward(z: readonly number[]): number[];
  backward(z: readonly number[], gradient: readonly number[]): number[];
}

const elementwise = (value: (x: number) => number, slope: (x: number) => number): RowFunction => ({
  forward: (z) => z.map(value),
  backward: (z, gradient) => z.map((x, i) => slope(x) * gradient[i]),
});

/** The error function, Abramowitz & Stegun 7.1.6: every term is positive. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const lnOnePlusExp = (x: number) => Math.log(1 + Math.exp(x));
const phi = (x: number) => 0.5 * (1 + erf(x / Math.sqrt(2)));
const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const sech2 = (x: number) => 1 - Math.tanh(x) ** 2;

/** F(x) = a / (1 + e^(−x/b)). */
export const scaledSigmoid = (a: number, b: number) =>
  elementwise(
    (x) => a * sigma(x / b),
    (x) => (a / b) * sigma(x / b) * (1 - sigma(x / b)),
  );

/** torch.nn.Identity. */
export const identity = elementwise(
  (x) => x,
  () => 1,
);

/** torch.nn.Sigmoid. */
export const sigmoid = scaledSigmoid(1, 1);

/** torch.nn.Tanh. */
export const tanh = elementwise(Math.tanh, sech2);

/** torch.nn.LeakyReLU(negative_slope); torch.nn.ReLU for a slope of 0. */
export const leakyRelu = (negativeSlope: number) =>
  elementwise(
    (x) => Math.max(0, x) + negativeSlope * Math.min(0, x),
    (x) => (x > 0 ? 1 : negativeSlope),
  );

/** torch.nn.ELU(alpha). */
export const elu = (alpha: number) =>
  elementwise(
    (x) => (x > 0 ? x : alpha * (Math.exp(x) - 1)),
    (x) => (x > 0 ? 1 : alpha * Math.exp(x)),
  );

const SCALE = 1.0507009873554805;
const ALPHA = 1.6732632423543772;

/** torch.nn.SELU. */
export const selu = elementwise(
  (x) => SCALE * (Math.max(0, x) + Math.min(0, ALPHA * (Math.exp(x) - 1))),
  (x) => SCALE * (x > 0 ? 1 : ALPHA * Math.exp(x)),
);

/** torch.nn.Softplus(beta=1). */
export const softplus = elementwise(lnOnePlusExp, sigma);

/** torch.nn.Softsign. */
export const softsign = elementwise(
  (x) => x / (1 + Math.abs(x)),
  (x) => 1 / (1 + Math.abs(x)) ** 2,
);

/** torch.nn.GELU(approximate='none'). */
export const gelu = elementwise(
  (x) => x * phi(x),
  (x) => phi(x) + x * density(x),
);

const inner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

/** torch.nn.GELU(approximate='tanh'). */
export const geluTanh = elementwise(
  (x) => 0.5 * x * (1 + Math.tanh(inner(x))),
  (x) =>
    0.5 * (1 + Math.tanh(inner(x))) +
    0.5 * x * sech2(inner(x)) * Math.sqrt(2 / Math.PI) * (1 + 0.134145 * x ** 2),
);

/** torch.nn.SiLU. */
export const silu = elementwise(
  (x) => x * sigma(x),
  (x) => sigma(x) * (1 + x * (1 - sigma(x))),
);

/** torch.nn.Mish. */
export const mish = elementwise(
  (x) => x * Math.tanh(lnOnePlusExp(x)),
  (x) => Math.tanh(lnOnePlusExp(x)) + x * sech2(lnOnePlusExp(x)) * sigma(x),
);

/** slope · x + offset between 0 and 1; torch.nn.Hardsigmoid for 1/6 and 1/2. */
export const hardSigmoid = (slope: number, offset: number) => {
  const line = (x: number) => slope * x + offset;
  return elementwise(
    (x) => Math.min(1, Math.max(0, line(x))),
    (x) => (line(x) > 0 && line(x) < 1 ? slope : 0),
  );
};

/** torch.nn.Softmax(dim=1). */
export const softmax: RowFunction = {
  forward(z) {
    const powers = z.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  },
  backward(z, gradient) {
    const y = this.forward(z);
    const mean = y.reduce((sum, p, i) => sum + p * gradient[i], 0);
    return y.map((p, i) => p * (gradient[i] - mean));
  },
};
