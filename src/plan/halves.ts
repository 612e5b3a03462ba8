/** A plan whose examples are kept as 16-bit floats: a batch is unpacked when it is drawn, all else stays as it is. */
import { gatherHalves } from '../kernels/gather_halves.ts';
import { type Kernel, resolveConstants } from '../kernels/kernel.ts';
import { type KernelCall, type Plan, printable, type TensorSpec } from './plan.ts';

const DATA = 'x';
const BATCH = 'x/batch';

/** The same plan reading its examples as halves. */
export function withHalves(plan: Plan): Plan {
  const data = plan.tensors.get(DATA) as TensorSpec;
  const [, WIDTH] = data.shape;
  const batch: TensorSpec = { ...data, name: BATCH, shape: [plan.batch, WIDTH], role: 'scratch' };
  const draw: KernelCall = {
    kernel: gatherHalves as unknown as Kernel,
    tensors: { data: DATA, permutation: 'permutation', batch: BATCH },
    constants: resolveConstants(gatherHalves.shader, { M: plan.batch, WIDTH }),
  };
  const others = plan.calls.filter(({ tensors }) => tensors.data !== DATA || tensors.batch !== BATCH);
  const tensors = new Map(plan.tensors)
    .set(DATA, { ...data, type: 'f16' })
    .set(BATCH, { ...batch, type: 'f32' });
  return printable({ ...plan, tensors, calls: [draw, ...others.map(fromBatch)] });
}

/** Reads the batch where it read the data set through the permutation. */
function fromBatch(call: KernelCall): KernelCall {
  const names = Object.entries(call.tensors);
  if (!names.some(([, tensor]) => tensor === DATA)) return call;
  const tensors = Object.fromEntries(names.map(([key, tensor]) => [key, tensor === DATA ? BATCH : tensor]));
  return { ...call, tensors, constants: { ...call.constants, GATHER: false } };
}
