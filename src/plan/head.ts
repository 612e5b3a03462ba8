/** The last dense layer of a training step as one kernel call, where it is small enough for that. */
import { resolveConstants, tensorsOf } from '../kernels/kernel.ts';
import { halfOf } from '../kernels/smallOperations.ts';
import { trainHead } from '../kernels/train_head.ts';
import type { KernelCall, Plan } from './plan.ts';

/** Rows that one workgroup's losses are added up of, and units that the kernel's loops are written out for. */
const MOST = { rows: 64, units: 8 };
/** Floating-point operations of each of its products above which many workgroups, in turn, are faster than one. */
const MOST_FLOPS = 20_000;

/** The calls that `train_head` takes the place of. */
interface Head {
  readonly forward: KernelCall;
  readonly loss: KernelCall;
  readonly below: KernelCall;
  readonly update: KernelCall;
}

/** The plan with its head in one call, by `lanes` threads; as it is where it has no such head. */
export function joinHead(plan: Plan, lanes: number): Plan {
  const head = findHead(plan);
  if (!head || !isSmall(head.forward)) return plan;
  const { forward, loss, below, update } = head;
  const replaced: readonly KernelCall[] = [forward, loss, update];
  // Penalties are of the weights before their update, and come after the loss.
  const calls = plan.calls
    .filter((call) => !replaced.includes(call))
    .map((call) => (call === below ? headCall(head, lanes) : call));
  return { ...plan, calls };
}

/** Nobody else may want what is left out: the outputs and their delta. */
function findHead({ calls }: Plan): Head | undefined {
  const named = (name: string, binding: string, tensor?: string) =>
    calls.find(({ kernel, tensors }) => kernel.shader.name === name && tensors[binding] === tensor);
  const loss = calls.find(({ kernel }) => kernel.shader.name === 'output_delta');
  const forward = named('dense_forward', 'y', loss?.tensors.y);
  const below = named('hidden_delta', 'delta', loss?.tensors.delta);
  const update = named('gradient_update', 'delta', loss?.tensors.delta);
  if (!loss || !forward || !below || !update) return undefined;
  const { y, delta } = loss.tensors;
  const users = calls.filter(({ kernel, tensors }) =>
    tensorsOf(kernel.shader).some((binding) => [y, delta].includes(tensors[binding])),
  );
  const keepsOutput = below.tensors.kept === forward.tensors.x;
  return users.length === 4 && keepsOutput ? { forward, loss, below, update } : undefined;
}

function isSmall({ kernel, constants }: KernelCall): boolean {
  const { M, N } = constants as Record<string, number>;
  return M <= MOST.rows && N <= MOST.units && (kernel.flops?.(constants) ?? 0) <= MOST_FLOPS;
}

function headCall({ forward, loss, below, update }: Head, LANES: number): KernelCall {
  const { shader } = trainHead;
  const { x, parameters } = forward.tensors;
  const { ACTIVATION: BELOW, A: BELOW_A, B: BELOW_B } = below.constants;
  const HALF = halfOf(Number(forward.constants.M));
  const own = { ...update.constants, ...forward.constants, ...loss.constants };
  const given = Object.entries({ ...own, LANES, HALF, BELOW, BELOW_A, BELOW_B });
  const constants = Object.fromEntries(given.filter(([name]) => name in shader.constants));
  const { target_rows, permutation, metrics } = loss.tensors;
  return {
    kernel: trainHead as unknown as KernelCall['kernel'],
    tensors: {
      ...{ x, target_rows, permutation, parameters, moments: update.tensors.moments },
      ...{ result: below.tensors.result, metrics },
    },
    constants: resolveConstants(shader, constants) as KernelCall['constants'],
  };
}
