/** Where threads that share a plan's work must wait for each other. */
import { tensorsOf } from '../../kernels/kernel.ts';
import type { KernelCall, TensorSpec } from '../../plan/plan.ts';

/** A kernel to run, by its name, with what a call gives it. */
export interface Piece {
  readonly name: string;
  readonly call: KernelCall;
}

/** Kernels of which each thread computes some rows of the batch, the same in all of them, from the same rows. */
const byRows = new Set([
  ...['gather_rows', 'augment_images', 'gaussian_noise', 'dense_forward', 'hidden_delta', 'dropout'],
  ...['activation_forward', 'activation_backward', 'softmax_forward', 'softmax_backward', 'output_delta'],
  'scatter_rows',
]);

const isByRows = ({ name, call }: Piece) =>
  byRows.has(name) || (name === 'normalization_forward' && call.constants.BATCH === false);

/** What has been done to a tensor since the threads last met. */
interface Access {
  /** Somewhere not only each thread's own rows. */
  whole: boolean;
  written: boolean;
}

/**
 * For each piece, whether the threads must meet before it: where it reads what another thread may have written, or
 * writes what another may have read or written, since they last met. They also meet at the end of a step.
 */
export function barriers(pieces: readonly Piece[], tensors: ReadonlyMap<string, TensorSpec>): boolean[] {
  const accesses = new Map<string, Access>();
  return pieces.map((piece) => {
    const { kernel, tensors: names } = piece.call;
    const own = tensorsOf(kernel.shader).map((binding) => {
      const name = names[binding];
      const whole = !(isByRows(piece) && tensors.get(name)?.role === 'scratch');
      return { name, whole, written: kernel.shader.bindings[binding].access === 'read_write' };
    });
    // The rows' losses are no tensor of the plan.
    if (piece.name === 'output_delta') own.push({ name: '', whole: false, written: true });
    if (piece.name === 'row_losses') own.push({ name: '', whole: true, written: false });
    const waits = own.some(({ name, whole, written }) => {
      const before = accesses.get(name);
      return before !== undefined && (written || before.written) && (whole || before.whole);
    });
    if (waits) accesses.clear();
    for (const { name, whole, written } of own) {
      const before = accesses.get(name);
      accesses.set(name, {
        whole: whole || before?.whole === true,
        written: written || before?.written === true,
      });
    }
    return waits;
  });
}
