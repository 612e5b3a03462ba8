/** Error bounds of float32 arithmetic, in the forms that the kernels' tolerances need. */
import { values as activations } from '../../shaders/lib/activation.wgsl';
import { type ActivationConstants, activate, activationSlope } from './formulas.ts';

/** Spacing of float32 numbers just above 1, and half of it: the largest relative rounding error. */
export const ULP = 2 ** -23;
export const UNIT = 2 ** -24;

/** Below the smallest normal float32 a device may return 0. */
export const SUBNORMAL = 2 ** -126;

/**
 * A sum of `terms` rounded products whose magnitudes add up to `magnitude`. The worst case is
 * terms · UNIT · magnitude; rounding errors that do not conspire stay within λ √terms of a unit (Higham & Mary,
 * SIAM J. Sci. Comput. 41, 2019), here with λ = 4.
 */
export function sumError(magnitude: number, terms: number): number {
  return (2 + 4 * Math.sqrt(terms)) * UNIT * magnitude + SUBNORMAL;
}

/** A normal number times its standard deviation: the cosine is off by 3 ULP of 1, √(−2 ln u) is below 5.8. */
export const normalError = (stddev: number) => 5.8 * stddev * 3 * ULP;

/**
 * F(x) when x itself is off by `error`: F is monotone, so the ends of the interval bound it. To that come 8 ULP
 * of the result for the function itself (1 for exp, 2.5 for the division, both allowed to fall badly), and, for
 * the sigmoid, the division of x by B.
 */
export function activationError(x: number, error: number, constants: ActivationConstants): number {
  const reach = error + 3 * ULP * Math.abs(x);
  const y = activate(x, constants);
  const spread = Math.max(
    Math.abs(activate(x + reach, constants) - y),
    Math.abs(activate(x - reach, constants) - y),
  );
  return spread + 8 * ULP * Math.abs(y) + SUBNORMAL * (1 + Math.abs(x));
}

/**
 * How far F′ may be off. Most derivatives are products and differences of exact numbers, and their error is
 * relative; those computed from the input, and selu's with its rounded constant, add up terms that may cancel.
 */
export function slopeError(kept: number, constants: ActivationConstants): number {
  const { ACTIVATION } = constants;
  const cancels = ACTIVATION === activations.SELU || ACTIVATION >= activations.SOFTPLUS;
  return (
    8 * ULP * (Math.abs(activationSlope(kept, constants)) + Number(cancels)) +
    SUBNORMAL * (1 + Math.abs(kept))
  );
}
