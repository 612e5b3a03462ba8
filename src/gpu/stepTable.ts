/** The host's side of `Step` in `shaders/lib/step.wgsl`, one a slot, at the offsets that reflection found. */
import { structs } from '../../shaders/lib/step.wgsl';
import type { StepValues } from '../kernels/kernel.ts';

const { size, fields } = structs.Step;

export class StepTable {
  /** Bytes from one slot to the next: uniform buffers are bound at aligned offsets. */
  readonly stride: number;
  readonly bytes: ArrayBuffer;
  readonly #view: DataView;

  constructor(slots: number, alignment: number) {
    this.stride = Math.ceil(size / alignment) * alignment;
    this.bytes = new ArrayBuffer(slots * this.stride);
    this.#view = new DataView(this.bytes);
  }

  /** Bytes of one step. */
  static readonly size = size;

  set(slot: number, values: StepValues): void {
    for (const name of Object.keys(fields) as (keyof StepValues)[]) {
      const { offset, type } = fields[name];
      const at = slot * this.stride + offset;
      if (type === 'f32') this.#view.setFloat32(at, values[name], true);
      else this.#view.setUint32(at, values[name], true);
    }
  }
}
