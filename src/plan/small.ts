/** A training plan as one kernel that runs whole steps, where its network is small enough for that. */
import { values as kinds } from '../../shaders/train_small.wgsl';
import type { Constant } from '../kernels/kernel.ts';
import { outputsOf, resolveConstants } from '../kernels/kernel.ts';
import { type GivenOperation, placeOperations } from '../kernels/smallOperations.ts';
import { trainSmall } from '../kernels/train_small.ts';
import { type KernelCall, type Plan, sizeOf } from './plan.ts';
import { flopsOf } from './work.ts';

/** What the kernel keeps in its tensor `state`: the plan's tensors in this order. */
export interface SmallTraining {
  readonly call: KernelCall;
  readonly state: readonly { readonly name: string; readonly size: number }[];
  /** Numbers in all. */
  readonly size: number;
}

export interface SmallDevice {
  /** Threads that the device runs in step: one workgroup has as many. */
  readonly lanes: number;
  /** Bytes that a workgroup may keep in memory of its own; 0 where that gains nothing. */
  readonly storage: number;
}

/** Floating-point operations of a step above which one workgroup is certain to be slower than many. */
const MOST_FLOPS = 100_000;
/**
 * Rounds that all loops of a dispatch may go: Mesa's llvmpipe ends every loop when they have gone 2¹⁶ of them together,
 * and nobody is told. It also bounds how long a dispatch takes.
 */
const MOST_ROUNDS = 50_000;

type Numbers = Readonly<Record<string, number>>;

/** Kernels that only pass deltas back, as the forward pass has it. */
const implied = ['hidden_delta', 'activation_backward', 'weight_penalty'];

/** The kernel call that does what the plan's calls do, to the bit; or, in words, why there is none. */
export function planSmall(plan: Plan, { lanes, storage }: SmallDevice): SmallTraining | string {
  const flops = flopsOf(plan);
  if (flops > MOST_FLOPS) return `a step takes ${flops} operations, more than ${MOST_FLOPS}`;
  const lossAt = plan.calls.findIndex(({ kernel }) => kernel.shader.name === 'output_delta');
  if (lossAt < 0) return 'it trains nothing';
  const loss = plan.calls[lossAt];
  const updates = new Map<string, KernelCall>();
  const operations: GivenOperation[] = [];
  const names: { name: string; moments: string }[] = [];
  for (const call of plan.calls.slice(lossAt + 1)) {
    const { name } = call.kernel.shader;
    if (name === 'gradient_update') updates.set(call.tensors.parameters, call);
    else if (name !== 'dropout' && !implied.includes(name)) return `it calls ${name}`;
  }
  const left = plan.calls
    .flatMap(({ kernel, tensors }) => outputsOf(kernel.shader).map((binding) => tensors[binding]))
    .find((name) => plan.tensors.get(name)?.role === 'data');
  if (left) return `it leaves '${left}'`;
  for (const { kernel, tensors, constants } of plan.calls.slice(0, lossAt)) {
    const c = constants as Numbers;
    const update = updates.get(tensors.parameters);
    switch (kernel.shader.name) {
      case 'gather_rows':
        break;
      case 'dense_forward': {
        if (!update) return `${tensors.parameters} is not trained`;
        const u = update.constants as Numbers;
        names.push({ name: tensors.parameters, moments: update.tensors.moments });
        operations.push({
          ...{ kind: kinds.DENSE, units: c.N, useBias: Boolean(u.USE_BIAS) },
          ...{ activation: c.ACTIVATION, a: c.A, b: c.B, l1: u.L1, l2: u.L2, rate_scale: u.RATE_SCALE },
        });
        break;
      }
      case 'activation_forward':
        operations.push({ kind: kinds.ACTIVATE, units: c.N, activation: c.ACTIVATION, a: c.A, b: c.B });
        break;
      case 'dropout':
        operations.push({
          ...{ kind: kinds.DROPOUT, units: c.N, seed: c.SEED, threshold: c.THRESHOLD, scale: c.SCALE },
        });
        break;
      case 'gaussian_noise':
        operations.push({ kind: kinds.NOISE, units: c.N, seed: c.SEED, scale: c.STDDEV });
        break;
      default:
        return `it calls ${kernel.shader.name}`;
    }
  }
  const [, inputs] = plan.tensors.get('x')?.shape ?? [];
  const [optimizer] = updates.values();
  const MOMENTS = Number(optimizer.constants.MOMENTS);
  const placed = placeOperations(plan.batch, inputs, MOMENTS, operations);
  const { shader } = trainSmall;
  const rounds = roundsOf(placed, lanes);
  if (rounds > MOST_ROUNDS) return `the loops of a step go ${rounds} rounds, more than ${MOST_ROUNDS}`;
  const own: Record<string, Constant> = {
    ...optimizer.constants,
    ...loss.constants,
    ...placed,
    ...{
      LANES: lanes,
      STEPS: plan.slots + 1,
      TURN: Math.min(plan.slots, Math.floor(MOST_ROUNDS / rounds)),
      SHARED: 4 * placed.SIZE <= storage,
      RATE_SCALE: 1,
      L1: 0,
      L2: 0,
    },
  };
  const constants = Object.fromEntries(Object.entries(own).filter(([name]) => name in shader.constants));
  const parameters = names.map(({ name }) => name);
  const stateNames = [...parameters, ...(MOMENTS > 0 ? names.map(({ moments }) => moments) : [])];
  const state = stateNames.map((name) => ({ name, size: sizeOf(plan.tensors.get(name) ?? { shape: [] }) }));
  const tensors = {
    x: 'x',
    target_rows: loss.tensors.target_rows,
    permutation: 'permutation',
    metrics: 'metrics',
  };
  return {
    call: {
      kernel: trainSmall as unknown as KernelCall['kernel'],
      tensors: { ...tensors, steps: 'steps', state: 'state' },
      constants: resolveConstants(shader, constants) as KernelCall['constants'],
    },
    state,
    size: placed.SIZE,
  };
}

/** Rounds that a thread's loops go in a step, at most. */
function roundsOf(placed: ReturnType<typeof placeOperations>, lanes: number): number {
  const { M, N, K, OPERATIONS, HALF } = placed;
  const shared = (count: number, each: number) => Math.ceil(count / lanes) * (1 + each);
  const tree = (widest: number) => 7 * (1 + shared(widest, 0));
  // A row's loss goes over its outputs, up to six times; a penalty's thread over 64 weights.
  let rounds = 2 + shared(M * K, 0) + Math.ceil(M / 64) * (1 + shared(2 * HALF, 6 * N) + tree(HALF));
  for (const { kind, inputs, units, trained, l1, l2 } of OPERATIONS) {
    const isDense = kind === kinds.DENSE;
    rounds += shared(M * units, isDense ? inputs : 0) + shared(M * inputs, isDense ? units : 0);
    if (isDense) rounds += shared(trained * units, M);
    if (l1 + l2 > 0) rounds += Math.ceil((inputs * units) / 4096) * (1 + shared(64, 64) + tree(32));
  }
  return rounds;
}
