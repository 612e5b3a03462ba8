/** What `shaders/train_small.wgsl` is told: the operations of a network, their places in its state, and the steps. */
import { values as activations } from '../../shaders/lib/activation.wgsl';
import { values as kinds, structs } from '../../shaders/train_small.wgsl';
import type { StepValues } from './kernel.ts';
import { readStep, STEP_BYTES, writeStep } from './stepLayout.ts';

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
export const halfOf = (rows: number) => 2 ** Math.max(0, Math.ceil(Math.log2(Math.min(rows, 64))) - 1);

const none = {
  ...(Object.fromEntries(Object.keys(structs.Operation.fields).map((name) => [name, 0])) as SmallOperation),
  ...{ a: 1, b: 1, rate_scale: 1 },
};

/** Words of a step in the table. */
const STEP_WORDS = STEP_BYTES / 4;

/** The table's words of these steps, and of one that ends it. */
export function stepWords(steps: readonly StepValues[]): Uint32Array {
  const words = new Uint32Array((steps.length + 1) * STEP_WORDS);
  const floats = new Float32Array(words.buffer);
  for (const [i, step] of steps.entries()) writeStep(words, floats, i * STEP_WORDS, step);
  return words;
}

/** The steps from slot `first` on, `most` of them at most. */
export function readSteps(table: Float64Array, first: number, most: number): StepValues[] {
  const words = Uint32Array.from(table);
  const floats = new Float32Array(words.buffer);
  const steps: StepValues[] = [];
  for (let at = first * STEP_WORDS; steps.length < most; at += STEP_WORDS) {
    const step = readStep(words, floats, at);
    if (step.rows === 0) break;
    steps.push(step);
  }
  return steps;
}
