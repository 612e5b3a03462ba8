import { values as activations } from '../../shaders/lib/activation.wgsl';
import shader, { values as kinds } from '../../shaders/train_small.wgsl';
import { activationBackward } from './activation_backward.ts';
import { activationForward } from './activation_forward.ts';
import { denseForward } from './dense_forward.ts';
import { spread } from './disturbance.ts';
import { dropoutRows } from './dropout.ts';
import { gatherRows } from './gather_rows.ts';
import { gaussianNoiseRows } from './gaussian_noise.ts';
import { gradientUpdate } from './gradient_update.ts';
import { hiddenDelta } from './hidden_delta.ts';
import { type ConstantsOf, defineKernel, type HostTensors, type StepValues } from './kernel.ts';
import { metricGroups, outputDelta } from './output_delta.ts';
import { partialGroups } from './partialSums.ts';
import { smallCases } from './smallCases.ts';
import { readSteps, type SmallOperation } from './smallOperations.ts';
import { weightPenalty } from './weight_penalty.ts';

type Constants = ConstantsOf<typeof shader>;

type Tensors = HostTensors<'x' | 'target_rows' | 'permutation' | 'steps' | 'state' | 'metrics'>;

/** One step, by the references of the kernels that it is made of. */
class ReferenceStep {
  readonly #outputs: Float64Array[];
  readonly #deltas: Float64Array[];
  readonly #batch: Float64Array;
  readonly #operations: readonly SmallOperation[];

  constructor(
    private readonly tensors: Tensors,
    private readonly constants: Constants,
    private readonly step: StepValues,
  ) {
    const { M, OPERATIONS } = constants;
    this.#operations = OPERATIONS as readonly SmallOperation[];
    this.#batch = new Float64Array(M * this.#operations[0].inputs);
    this.#outputs = this.#operations.map(({ units }) => new Float64Array(M * units));
    this.#deltas = this.#outputs.map(({ length }) => new Float64Array(length));
  }

  run(): void {
    const { tensors, constants, step } = this;
    const { M, COUNT, DEPTH, ACTIVATION } = constants;
    const { x: data, permutation } = tensors;
    gatherRows.reference(
      { data, permutation, batch: this.#batch },
      { M, WIDTH: this.#operations[0].inputs },
      step,
    );
    for (const i of this.#operations.keys()) this.#forward(i);
    const last = COUNT - 1;
    const first = last - DEPTH;
    const [y, delta] = [this.#outputs[last], this.#deltas[last]];
    outputDelta.reference({ ...tensors, y, delta }, { ...constants, GATHER: true }, step);
    if (ACTIVATION === activations.LINEAR) this.#through(last);
    this.#penalties();
    for (let i = last; i >= first; i--) {
      if (i > first) this.#backward(i);
      this.#update(i);
    }
  }

  #input(i: number): Float64Array {
    return i === 0 ? this.#batch : this.#outputs[i - 1];
  }

  #forward(i: number): void {
    const { step, tensors } = this;
    const [x, y] = [this.#input(i), this.#outputs[i]];
    const { permutation } = tensors;
    const { kind } = this.#operations[i];
    const constants = this.#callConstants(i);
    if (kind === kinds.DENSE) {
      denseForward.reference({ x, permutation, parameters: this.#parameters(i), y }, constants, step);
    } else if (kind === kinds.ACTIVATE) activationForward.reference({ x, y }, constants, step);
    else if (kind === kinds.DROPOUT) dropoutRows.reference({ x, y }, constants, step);
    else gaussianNoiseRows.reference({ x, permutation, y }, constants, step);
  }

  #penalties(): void {
    const { M, STRIDE } = this.constants;
    let OFFSET = metricGroups(M);
    for (const [i, { inputs, units, l1, l2 }] of this.#operations.entries()) {
      if (l1 + l2 === 0) continue;
      const tensors = { parameters: this.#parameters(i), metrics: this.tensors.metrics };
      const SIZE = inputs * units;
      weightPenalty.reference(tensors, { SIZE, STRIDE, OFFSET, L1: l1, L2: l2 }, this.step);
      OFFSET += partialGroups(SIZE);
    }
  }

  /** The delta of the operation below, from this one's. */
  #backward(i: number): void {
    const [delta, result] = [this.#deltas[i], this.#deltas[i - 1]];
    if (this.#operations[i].kind === kinds.DENSE) {
      const tensors = { delta, parameters: this.#parameters(i), kept: result, result };
      hiddenDelta.reference(tensors, { ...this.#callConstants(i), ...linear }, this.step);
    } else result.set(delta);
    this.#through(i - 1);
  }

  /** From ∂E/∂(output) to the operation's delta, in its place. */
  #through(i: number): void {
    const delta = this.#deltas[i];
    const { kind, activation } = this.#operations[i];
    const constants = this.#callConstants(i);
    if (kind === kinds.DROPOUT) dropoutRows.reference({ x: delta, y: delta }, constants, this.step);
    else if (kind !== kinds.NOISE) {
      const kept = activation >= activations.SOFTPLUS ? this.#input(i) : this.#outputs[i];
      activationBackward.reference({ kept, upstream: delta, delta }, constants, this.step);
    }
  }

  #update(i: number): void {
    const operation = this.#operations[i];
    if (operation.kind !== kinds.DENSE) return;
    const { PARAMETERS, MOMENTS } = this.constants;
    const parameters = this.#parameters(i);
    const start = PARAMETERS + MOMENTS * operation.parameters;
    const moments = this.tensors.state.subarray(start, start + MOMENTS * parameters.length);
    const { permutation } = this.tensors;
    const tensors = { x: this.#input(i), permutation, delta: this.#deltas[i], parameters, moments };
    gradientUpdate.reference(tensors, { ...this.constants, ...this.#callConstants(i) }, this.step);
  }

  #parameters(i: number): Float64Array {
    const { parameters, inputs, units } = this.#operations[i];
    return this.tensors.state.subarray(parameters, parameters + (inputs + 1) * units);
  }

  /** The constants that the operation's own kernels have. */
  #callConstants(i: number) {
    const o = this.#operations[i];
    return {
      ...{ M: this.constants.M, N: o.units, K: o.inputs, GATHER: false, USE_BIAS: o.trained > o.inputs },
      ...{ ACTIVATION: o.activation, A: o.a, B: o.b, L1: o.l1, L2: o.l2, RATE_SCALE: o.rate_scale },
      ...{ SEED: o.seed, THRESHOLD: o.threshold, SCALE: o.scale, STDDEV: o.scale },
    };
  }
}

const linear = { ACTIVATION: activations.LINEAR, A: 1, B: 1 };

function train(tensors: Tensors, constants: Constants, { slot }: StepValues): void {
  for (const step of readSteps(tensors.steps, slot, constants.TURN))
    new ReferenceStep(tensors, constants, step).run();
}

export const trainSmall = defineKernel({
  shader,
  webgpuOnly: true,
  threads: () => 1,
  reference: train,
  tolerance(before, after, constants, step) {
    const named = { disturbed: ['x', 'state'], outputs: ['state', 'metrics'] } as const;
    const allowed = spread((tensors) => train(tensors, constants, step), before, after, named);
    // What the state holds beyond parameters and moments is the kernel's own.
    allowed.state.fill(Number.POSITIVE_INFINITY, constants.KEPT);
    return allowed;
  },
  cases: smallCases,
});
