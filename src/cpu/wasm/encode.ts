/**
 * A plan as the kernels read it: a record of 4-byte words for each call, its layout that of the classes which
 * `src/cpu/assembly/build/layout.ts` writes.
 */

import { tensorsOf } from '../../kernels/kernel.ts';
import type { KernelCall, Plan } from '../../plan/plan.ts';
import { opcodes } from '../assembly/kernels.wasm';
import { barriers, type Piece } from './barriers.ts';

/** Words of a record before its tensors: code, place of the next record, barrier. */
const HEADER = 3;

/** The plan's calls, and the sum of the rows' losses once all rows have one. */
function piecesOf({ name, calls }: Plan): Piece[] {
  const pieces: Piece[] = calls.map((call) => ({ name: call.kernel.shader.name, call }));
  const loss = pieces.find((piece) => piece.name === 'output_delta');
  if (loss) pieces.push({ ...loss, name: 'row_losses' });
  const missing = pieces.find((piece) => !(piece.name in opcodes));
  if (missing) throw new Error(`plan '${name}': the CPU backend has no kernel '${missing.name}'`);
  return pieces;
}

const wordsOf = ({ kernel }: KernelCall) =>
  HEADER + tensorsOf(kernel.shader).length + Object.keys(kernel.shader.constants).length;

/** Words of all the plan's records. */
export const recordWords = (plan: Plan) => piecesOf(plan).reduce((sum, { call }) => sum + wordsOf(call), 0);

/** The plan's records for memory from `start` on, in bytes; `placeOf` tells where a tensor is. */
export function encodeRecords(
  plan: Plan,
  start: number,
  placeOf: (tensor: string) => number,
): Uint32Array<ArrayBuffer> {
  const pieces = piecesOf(plan);
  const waits = barriers(pieces, plan.tensors);
  const words = new Uint32Array(recordWords(plan));
  const floats = new Float32Array(words.buffer);
  let at = 0;
  for (const [i, { name, call }] of pieces.entries()) {
    const { kernel, tensors, constants } = call;
    const next = at + wordsOf(call);
    words[at++] = opcodes[name];
    words[at++] = next < words.length ? start + 4 * next : 0;
    words[at++] = Number(waits[i]);
    for (const binding of tensorsOf(kernel.shader)) words[at++] = placeOf(tensors[binding]);
    for (const [constant, { type }] of Object.entries(kernel.shader.constants)) {
      (type === 'f32' ? floats : words)[at++] = Number(constants[constant]);
    }
  }
  return words;
}
