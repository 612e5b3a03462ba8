/** The host's side of `Step` in `shaders/lib/step.wgsl`, one a slot, at the offsets that reflection found. */
import { structs } from '../../shaders/lib/step.wgsl';
import type { StepValues } from '../kernels/kernel.ts';

const { size, fields } = structs.Step;

/** Fields with their places, in numbers of 4 bytes. */
const places = Object.entries(fields).map(([name, { offset, type }]) => ({
  name: name as keyof StepValues,
  at: offset / 4,
  isFloat: type === 'f32',
}));

export class StepTable {
  /** Bytes from one slot to the next: uniform buffers are bound at aligned offsets. */
  readonly stride: number;
  readonly bytes: ArrayBuffer;
  readonly #floats: Float32Array;
  readonly #words: Uint32Array;

  constructor(slots: number, alignment: number) {
    this.stride = Math.ceil(size / alignment) * alignment;
    this.bytes = new ArrayBuffer(slots * this.stride);
    this.#floats = new Float32Array(this.bytes);
    this.#words = new Uint32Array(this.bytes);
  }

  /** Bytes of one step. */
  static readonly size = size;

  set(slot: number, values: StepValues): void {
    const start = (slot * this.stride) / 4;
    for (const { name, at, isFloat } of places) {
      (isFloat ? this.#floats : this.#words)[start + at] = values[name];
    }
  }
}
