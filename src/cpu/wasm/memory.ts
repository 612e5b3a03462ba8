/** WebAssembly's memory, given out in blocks. */
const PAGE = 2 ** 16;
/** What a WebAssembly memory may have: 4 GiB. */
const MOST_PAGES = 2 ** 16;
/** Blocks begin at multiples of this, and have as much behind them that may be read. */
const GRAIN = 64;
/** The first block's place: 0 is nowhere, and the kernels have their zeros before it. */
const START = 64;

export interface Block {
  readonly start: number;
  /** Bytes that were asked for. */
  readonly bytes: number;
}

interface Gap {
  start: number;
  end: number;
}

export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** What is free, in the order of places; the last one has no end. */
  readonly #gaps: Gap[] = [{ start: START, end: Number.POSITIVE_INFINITY }];
  readonly #blocks = new Map<number, Block>();
  #floats = new Float32Array();
  #words = new Uint32Array();

  constructor(shared: boolean) {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared });
  }

  /** All of the memory. Growing makes a view useless, so that it is not to be kept. */
  get floats(): Float32Array {
    this.#renewViews();
    return this.#floats;
  }

  get words(): Uint32Array {
    this.#renewViews();
    return this.#words;
  }

  /** @throws when there is no more memory */
  allocate(label: string, bytes: number): Block {
    const size = Math.ceil((bytes + GRAIN) / GRAIN) * GRAIN;
    const at = this.#gaps.findIndex(({ start, end }) => end - start >= size);
    const gap = this.#gaps[at];
    const block = { start: gap.start, bytes };
    this.#reach(block.start + size, label);
    gap.start += size;
    if (gap.start === gap.end) this.#gaps.splice(at, 1);
    this.#blocks.set(block.start, block);
    this.words.fill(0, block.start / 4, (block.start + size) / 4);
    return block;
  }

  free(block: Block): void {
    if (!this.#blocks.delete(block.start)) return;
    const size = Math.ceil((block.bytes + GRAIN) / GRAIN) * GRAIN;
    const at = this.#gaps.findIndex(({ start }) => start > block.start);
    const end = block.start + size;
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

  #reach(end: number, label: string): void {
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch (cause) {
      throw new Error(`${label}: there is no memory for it`, { cause });
    }
  }

  #renewViews(): void {
    const { buffer } = this.memory;
    if (this.#words.buffer === buffer && this.#words.byteLength === buffer.byteLength) return;
    this.#floats = new Float32Array(buffer);
    this.#words = new Uint32Array(buffer);
  }
}
