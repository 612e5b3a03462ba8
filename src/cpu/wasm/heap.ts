/** A machine's memory, given out in blocks. */
import type { Machine } from './machine.ts';

/** Blocks begin at multiples of this, and have as much behind them that may be read. */
const GRAIN = 64;
/** The first block's place: before it are the kernels' constants. */
export const START = 1024;

/** In bytes. */
export interface Block {
  readonly start: number;
  /** Asked for. */
  readonly bytes: number;
  /** Taken. */
  readonly size: number;
}

interface Gap {
  start: number;
  end: number;
}

export class Heap {
  /** What is free, in the order of places; the last one has no end. */
  readonly #gaps: Gap[] = [{ start: START, end: Number.POSITIVE_INFINITY }];
  readonly #blocks = new Map<number, Block>();

  constructor(readonly machine: Machine) {}

  /** A block of zeros. Whether there is memory for it turns out when something is next waited for. */
  allocate(label: string, bytes: number): Block {
    const size = Math.ceil((bytes + GRAIN) / GRAIN) * GRAIN;
    const at = this.#gaps.findIndex(({ start, end }) => end - start >= size);
    const gap = this.#gaps[at];
    const block = { start: gap.start, bytes, size };
    gap.start += size;
    if (gap.start === gap.end) this.#gaps.splice(at, 1);
    this.#blocks.set(block.start, block);
    this.machine.tell('reserve', label, block.start, block.size);
    return block;
  }

  free(block: Block): void {
    if (!this.#blocks.delete(block.start)) return;
    const at = this.#gaps.findIndex(({ start }) => start > block.start);
    const end = block.start + block.size;
    const [before, after] = [this.#gaps[at - 1], this.#gaps[at]];
    const joinsAfter = after.start === end;
    if (joinsAfter) after.start = block.start;
    if (before?.end !== block.start) {
      if (!joinsAfter) this.#gaps.splice(at, 0, { start: block.start, end });
      return;
    }
    before.end = joinsAfter ? after.end : end;
    if (joinsAfter) this.#gaps.splice(at, 1);
  }

  freeAll(): void {
    for (const block of [...this.#blocks.values()]) this.free(block);
  }

  /** Blocks given out, and their bytes. */
  count(): { buffers: number; bytes: number } {
    const bytes = [...this.#blocks.values()].reduce((sum, block) => sum + block.bytes, 0);
    return { buffers: this.#blocks.size, bytes };
  }
}
