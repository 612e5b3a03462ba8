/** A step as kernels read it: `Step` in `shaders/lib/step.wgsl`, in words of 4 bytes at the offsets that reflection found. */
import { structs } from '../../shaders/lib/step.wgsl';
import { emptyStep, type StepValues } from './kernel.ts';

const { size, fields } = structs.Step;

/** Bytes of a step. */
export const STEP_BYTES = size;

const at = Object.fromEntries(
  Object.entries(fields).map(([name, { offset }]) => [name, offset / 4]),
) as Record<keyof StepValues, number>;

type Floats = Float32Array | Float64Array;

/** Writes a step from word `start` on; `floats` are the same memory, or hold what is no integer in float64. */
export function writeStep(words: Uint32Array, floats: Floats, start: number, step: StepValues): void {
  // Written out, since there may be a million a second.
  words[start + at.first] = step.first;
  words[start + at.rows] = step.rows;
  words[start + at.slot] = step.slot;
  words[start + at.index] = step.index;
  floats[start + at.learning_rate] = step.learning_rate;
  floats[start + at.rate] = step.rate;
  floats[start + at.gradient_rate] = step.gradient_rate;
  floats[start + at.correction] = step.correction;
  floats[start + at.mix] = step.mix;
  words[start + at.partner] = step.partner;
}

/** The step that was written there. */
export function readStep(words: Uint32Array, floats: Floats, start: number): StepValues {
  const step = emptyStep();
  for (const [name, { type }] of Object.entries(fields)) {
    const field = name as keyof StepValues;
    step[field] = (type === 'f32' ? floats : words)[start + at[field]];
  }
  return step;
}

/** The row count alone. */
export const rowsOfStep = (words: Uint32Array, start: number) => words[start + at.rows];
