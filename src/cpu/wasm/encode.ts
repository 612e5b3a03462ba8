/**
 * A plan as the kernels read it: a record of 4-byte words for each call, its layout that of the classes which
 * `assembly/build/layout.ts` writes.
 */
import { opcodes } from '../../../assembly/kernels.wasm';
import { tensorsOf } from '../../kernels/kernel.ts';
import type { KernelCall, Plan, TensorSpec } from '../../plan/plan.ts';
import { barriers, type Piece } from './barriers.ts';

/** Words of a record before its tensors: code, place of the next record, barrier. */
const HEADER = 3;

/** The plan's calls, and the sum of the rows' losses once all rows have one. */
export function piecesOf({ name, calls }: Plan): Piece[] {
  const pieces: Piece[] = calls.map((call) => ({ name: call.kernel.shader.name, call }));
  const loss = pieces.find((piece) => piece.name === 'output_delta');
  if (loss) pieces.push({ ...loss, name: 'row_losses' });
  const missing = pieces.find((piece) => !(piece.name in opcodes));
  if (missing) throw new Error(`plan '${name}': the CPU backend has no kernel '${missing.name}'`);
  return pieces;
}

/** Words of all records. */
export const recordWords = (pieces: readonly Piece[]) =>
  pieces.reduce((sum, { call }) => sum + wordsOf(call), 0);

const wordsOf = ({ kernel }: KernelCall) =>
  HEADER + tensorsOf(kernel.shader).length + Object.keys(kernel.shader.constants).length;

/** Writes the records from place `start` on, in bytes; `placeOf` tells where a tensor is. */
export function writeRecords(
  pieces: readonly Piece[],
  plan: Plan,
  { words, floats, start }: { words: Uint32Array; floats: Float32Array; start: number },
  placeOf: (tensor: string) => number,
): void {
  const waits = barriers(pieces, plan.tensors as ReadonlyMap<string, TensorSpec>);
  let at = start / 4;
  for (const [i, { name, call }] of pieces.entries()) {
    const { kernel, tensors, constants } = call;
    const next = at + wordsOf(call);
    words[at++] = opcodes[name];
    words[at++] = i + 1 < pieces.length ? 4 * next : 0;
    words[at++] = Number(waits[i]);
    for (const binding of tensorsOf(kernel.shader)) words[at++] = placeOf(tensors[binding]);
    for (const [constant, { type }] of Object.entries(kernel.shader.constants)) {
      (type === 'f32' ? floats : words)[at++] = Number(constants[constant]);
    }
  }
}
