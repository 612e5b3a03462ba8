import { values as activations } from '../../shaders/lib/activation.wgsl';
import { values as losses } from '../../shaders/lib/loss.wgsl';
import shader, { values as kinds, structs } from '../../shaders/train_small.wgsl';
import { streams, uniformSource } from '../model/random.ts';
import { activationBackward } from './activation_backward.ts';
import { activationForward } from './activation_forward.ts';
import { denseForward } from './dense_forward.ts';
import { dropoutConstants, dropoutRows } from './dropout.ts';
import { between, labels, normal, permutation, zeros } from './fills.ts';
import { gatherRows } from './gather_rows.ts';
import { gaussianNoiseRows } from './gaussian_noise.ts';
import { gradientUpdate } from './gradient_update.ts';
import { hiddenDelta } from './hidden_delta.ts';
import {
  type ConstantsOf,
  defineKernel,
  emptyStep,
  type Fill,
  type HostTensors,
  type ParityCase,
  type StepValues,
} from './kernel.ts';
import { type OptimizerCase, optimizerCases } from './optimizerCases.ts';
import { metricGroups, outputDelta } from './output_delta.ts';
import { partialGroups } from './partialSums.ts';
import { samplesFor } from './shapes.ts';
import { SUBNORMAL, ULP } from './tolerance.ts';
import { weightPenalty } from './weight_penalty.ts';

type Constants = ConstantsOf<typeof shader>;
type Fields = keyof (typeof structs)['Operation']['fields'];

/** An operation of the forward pass as the shader has it, its places among the values and parameters included. */
export type SmallOperation = Readonly<Record<Fields, number>>;

/** What an operation is; what is not given has no part in it. */
export type GivenOperation = Partial<SmallOperation> & {
  readonly kind: number;
  readonly units: number;
  /** Of a dense layer: true when not given. */
  readonly useBias?: boolean;
};

/**
 * Gives the operations of a network their places, and the shader the sizes that follow. `moments`: numbers that the
 * optimizer keeps for each weight.
 */
export function placeOperations(
  M: number,
  inputs: number,
  moments: number,
  given: readonly GivenOperation[],
) {
  const sizes = given.map(({ kind, units }, i) => {
    const width = i > 0 ? given[i - 1].units : inputs;
    return kind === kinds.DENSE ? (width + 1) * units : 0;
  });
  const PARAMETERS = sizes.reduce((sum, size) => sum + size, 0);
  const KEPT = (1 + moments) * PARAMETERS;
  const DELTAS = given.reduce((sum, { units }) => sum + M * units, 0);
  const SUMS = KEPT + M * inputs + 2 * DELTAS;
  const OPERATIONS: SmallOperation[] = [];
  let place = { inputs, input: KEPT, output: KEPT + M * inputs, parameters: 0 };
  for (const [i, operation] of given.entries()) {
    const { useBias = true, ...fields } = operation;
    const { units, activation = 0 } = fields;
    const kept = activation >= activations.SOFTPLUS ? place.input : place.output;
    const trained = place.inputs + Number(useBias);
    OPERATIONS.push({ ...none, ...fields, ...place, kept, trained });
    const { output, parameters } = place;
    place = { inputs: units, input: output, output: output + M * units, parameters: parameters + sizes[i] };
  }
  const PENALISED = OPERATIONS.some(({ l1, l2 }) => l1 + l2 > 0);
  const HALF = halfOf(M);
  return {
    ...{ M, N: place.inputs, K: inputs, OPERATIONS, COUNT: given.length, PARAMETERS, KEPT, DELTAS, SUMS },
    ...{ PENALISED, HALF, SIZE: SUMS + 4 * (PENALISED ? 32 : HALF) },
    DEPTH: given.length - 1 - given.findIndex(({ kind }) => kind === kinds.DENSE),
  };
}

/** Threads that take part in the first round of adding up 64 rows, or as many as there are. */
const halfOf = (rows: number) => 2 ** Math.max(0, Math.ceil(Math.log2(Math.min(rows, 64))) - 1);

const none = {
  ...(Object.fromEntries(Object.keys(structs.Operation.fields).map((name) => [name, 0])) as SmallOperation),
  ...{ a: 1, b: 1, rate_scale: 1 },
};

const stepFields = Object.entries(structs.Step.fields);

/** Words of a step in the table. */
export const STEP_WORDS = structs.Step.size / 4;

/** The table's words of these steps, and of one that ends it. */
export function stepWords(steps: readonly StepValues[]): Uint32Array {
  const words = new Uint32Array((steps.length + 1) * STEP_WORDS);
  const floats = new Float32Array(words.buffer);
  for (const [i, step] of steps.entries()) {
    for (const [name, { offset, type }] of stepFields) {
      (type === 'f32' ? floats : words)[i * STEP_WORDS + offset / 4] = step[name as keyof StepValues];
    }
  }
  return words;
}

/** The steps from slot `first` on, `most` of them at most. */
function readSteps(table: Float64Array, first: number, most: number): StepValues[] {
  const words = Uint32Array.from(table);
  const floats = new Float32Array(words.buffer);
  const steps: StepValues[] = [];
  for (let at = first * STEP_WORDS; steps.length < most; at += STEP_WORDS) {
    const step = emptyStep();
    for (const [name, { offset, type }] of stepFields) {
      step[name as keyof StepValues] = (type === 'f32' ? floats : words)[at + offset / 4];
    }
    if (step.rows === 0) break;
    steps.push(step);
  }
  return steps;
}

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

/** Relative errors that inputs are given, to see what becomes of them, and how much more than that may be seen. */
const DISTURBANCE = 8 * ULP;
const MARGIN = 4;

/**
 * How far each output may be off: so many operations follow each other that no formula bounds their errors well. All
 * inputs are made wrong by a few roundings, at random, and what that does to the outputs tells how errors grow.
 */
function spread(before: Tensors, after: Tensors, constants: Constants, current: StepValues) {
  const uniform = uniformSource(1, streams.parity);
  const allowed = {
    state: new Float64Array(before.state.length),
    metrics: new Float64Array(before.metrics.length),
  };
  for (let trial = 0; trial < 3; trial++) {
    const wrong = (value: number) => value * (1 + DISTURBANCE * (2 * uniform() - 1));
    const { x, state, metrics, ...rest } = before;
    const inputs = { ...rest, x: x.map(wrong), state: state.map(wrong), metrics: metrics.slice() };
    train(inputs, constants, current);
    for (const name of ['state', 'metrics'] as const) {
      for (const [i, value] of after[name].entries()) {
        const error =
          MARGIN * (Math.abs(inputs[name][i] - value) + DISTURBANCE * Math.abs(value)) + SUBNORMAL;
        allowed[name][i] = Math.max(allowed[name][i], error);
      }
    }
  }
  // What the state holds beyond parameters and moments is the kernel's own.
  allowed.state.fill(Number.POSITIVE_INFINITY, constants.KEPT);
  return allowed;
}

interface SmallCase {
  readonly label: string;
  /** Rows of each step. */
  readonly rows: readonly number[];
  /** Rows of a batch, and of their numbers. */
  readonly batch: readonly [rows: number, inputs: number];
  readonly operations: readonly GivenOperation[];
  readonly optimizer: OptimizerCase;
  readonly constants: Partial<Constants> & { readonly LOSS: number };
  readonly target?: (outputs: number) => Fill;
  readonly step?: Partial<StepValues>;
}

function smallCase(given: SmallCase): ParityCase<typeof shader> {
  const { label, rows, operations, optimizer, constants, step = {}, target = () => normal() } = given;
  const [M, K] = given.batch;
  const placed = placeOperations(M, K, optimizer.moments.length, operations);
  const { N, PARAMETERS, OPERATIONS, SIZE } = placed;
  const samples = samplesFor(M);
  const WIDTH = constants.SPARSE ? 1 : N;
  const stride = WIDTH + Number(constants.WEIGHTED ?? false);
  const penalised = OPERATIONS.filter(({ l1, l2 }) => l1 + l2 > 0);
  const penalties = penalised.reduce((sum, { inputs, units }) => sum + partialGroups(inputs * units), 0);
  const STRIDE = metricGroups(M) + penalties;
  const words = stepWords(
    rows.map((count, i) => ({
      ...{ ...emptyStep(), ...optimizer.step, index: 5 + i },
      ...{ first: i % 3, rows: count, slot: rows.length - i },
    })),
  );
  const moments = OPERATIONS.filter(({ kind }) => kind === kinds.DENSE).flatMap(({ inputs, units }) =>
    optimizer.moments.flatMap((fill) => Array<Fill>((inputs + 1) * units).fill(fill)),
  );
  const weight = normal(0.5);
  return {
    label,
    constants: {
      ...placed,
      STEPS: rows.length + 1,
      TURN: rows.length + 1,
      WIDTH,
      STRIDE,
      GATHER: true,
      ...optimizer.constants,
      RATE_SCALE: 1,
      ...constants,
    },
    step,
    tensors: {
      x: { size: samples * K, fill: normal() },
      target_rows: {
        size: samples * stride,
        fill: (uniform, i) => (i % stride < WIDTH ? target(N)(uniform, i) : 0.5 + uniform()),
      },
      permutation: { size: samples, fill: permutation(samples) },
      steps: { size: words.length, fill: (_, i) => words[i] },
      state: {
        size: SIZE,
        fill: (uniform, i) => (i < PARAMETERS ? weight : (moments[i - PARAMETERS] ?? zeros))(uniform, i),
      },
      metrics: { size: 2 * STRIDE * (rows.length + 2), fill: between(0, 1) },
    },
  };
}

const { DENSE, ACTIVATE, DROPOUT, NOISE } = kinds;
const { SIGMOID, TANH, RELU, ELU, GELU } = activations;
const [sgd] = optimizerCases;
const optimizer = (label: string) => optimizerCases.find((one) => one.label === label) ?? sgd;
const dropout = (units: number) => ({ kind: DROPOUT, units, seed: 77, ...dropoutFields(0.25) });

function dropoutFields(rate: number) {
  const { THRESHOLD, SCALE } = dropoutConstants(rate);
  return { threshold: THRESHOLD, scale: SCALE };
}

const xor: SmallCase = {
  label: '2-8-1 by gradient descent',
  rows: [4, 4, 3],
  batch: [4, 2],
  operations: [
    { kind: DENSE, units: 8, activation: SIGMOID },
    { kind: DENSE, units: 1, activation: SIGMOID },
  ],
  optimizer: sgd,
  constants: { LOSS: losses.MEAN_SQUARED, ACTIVATION: SIGMOID },
};

const cases: SmallCase[] = [
  xor,
  { ...xor, label: 'one of three steps', constants: { ...xor.constants, TURN: 1 }, step: { slot: 1 } },
  { ...xor, label: '2-8-1 by 64 threads', constants: { ...xor.constants, LANES: 64 } },
  { ...xor, label: '2-8-1 in memory of the workgroup', constants: { ...xor.constants, SHARED: true } },
  { ...xor, label: 'one layer, one row', batch: [1, 3], rows: [1], operations: [{ kind: DENSE, units: 2 }] },
  {
    label: 'classes, penalties, adamw',
    rows: [9, 5],
    batch: [9, 5],
    operations: [
      { kind: DENSE, units: 7, activation: RELU, l1: 0.05, l2: 0.05 },
      { kind: DENSE, units: 6, activation: ELU, useBias: false, rate_scale: 0.5 },
      { kind: DENSE, units: 3, l2: 0.1 },
    ],
    optimizer: optimizer('adamw'),
    constants: {
      LOSS: losses.CATEGORICAL_LOGITS,
      SPARSE: true,
      WEIGHTED: true,
      SMOOTHING: 0.1,
      THRESHOLD: 0,
    },
    target: labels,
  },
  {
    label: 'dropout, noise, activations that need their input',
    rows: [6, 6],
    batch: [6, 3],
    operations: [
      { kind: DENSE, units: 5 },
      { kind: ACTIVATE, units: 5, activation: GELU },
      dropout(5),
      { kind: DENSE, units: 4, activation: TANH },
      { kind: NOISE, units: 4, seed: 9, scale: 0.1 },
      { kind: DENSE, units: 2 },
      { kind: ACTIVATE, units: 2, activation: GELU },
    ],
    optimizer: optimizer('rmsprop, centered'),
    constants: { LOSS: losses.HALF_SQUARED, CLIP_VALUE: 0.25 },
  },
  {
    label: 'dropout first and last, in memory of the workgroup',
    rows: [5, 2, 5],
    batch: [5, 6],
    operations: [
      dropout(6),
      { kind: DENSE, units: 5, activation: SIGMOID, a: 2, b: 0.5, rate_scale: 0.25 },
      dropout(5),
    ],
    optimizer: optimizer('nadam'),
    constants: { LOSS: losses.HUBER, HUBER_DELTA: 0.5, SHARED: true },
  },
  {
    label: '70 rows and 4,160 weights',
    rows: [70],
    batch: [70, 64],
    operations: [
      { kind: DENSE, units: 65, activation: RELU, l1: 0.01 },
      { kind: DENSE, units: 1 },
    ],
    optimizer: optimizer('momentum'),
    constants: { LOSS: losses.BINARY_LOGITS, THRESHOLD: 0, LANES: 64 },
    target: () => between(0, 1),
  },
];

export const trainSmall = defineKernel({
  shader,
  webgpuOnly: true,
  threads: () => 1,
  reference: train,
  tolerance: spread,
  cases: () => cases.map(smallCase),
});
