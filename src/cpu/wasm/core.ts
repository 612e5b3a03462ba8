/**
 * The kernels beside their memory, in a worker or on the calling thread, which is all the same to them. What is asked
 * of a core, and what it answers, changes hands as plain buffers.
 */
export interface KernelExports {
  /** Takes thread `thread`'s part, of `threads`, in the first `steps` steps of the program's table. */
  run(program: number, steps: number, thread: number, threads: number): void;
  /** Bytes of scratch memory that a thread needs for a layer of `units` units over `rows` rows. */
  scratchSize(rows: number, units: number): number;
}

/** What a thread is started with. */
export interface Start {
  readonly module: WebAssembly.Module;
  /** The most pages that memory may have. */
  readonly mostPages: number;
  readonly thread: number;
  readonly threads: number;
  /** What several threads share. */
  readonly shared?: Shared;
}

export interface Shared {
  readonly memory: WebAssembly.Memory;
  /** How the first thread calls the others: a turn, a program and its steps. */
  readonly bell: Int32Array<SharedArrayBuffer>;
}

/** A place in memory, in bytes, and what is to be there. */
export type Write = readonly [at: number, contents: ArrayBuffer];

export type Core = ReturnType<typeof startCore>;

const PAGE = 2 ** 16;
/** The bell's words. */
export const BELL = { turn: 0, program: 1, steps: 2, words: 3 };

/** Starts the first thread, or the only one. */
export function startCore({ module, mostPages, shared }: Start) {
  const memory = shared?.memory ?? new WebAssembly.Memory({ initial: 1, maximum: mostPages });
  const kernels = instantiate(module, memory);
  const bytesAt = (at: number, bytes: number) => new Uint8Array(memory.buffer, at, bytes);
  const write = (at: number, contents: ArrayBuffer): ArrayBuffer => {
    bytesAt(at, contents.byteLength).set(new Uint8Array(contents));
    return contents;
  };
  const read = (at: number, bytes: number) => bytesAt(at, bytes).slice().buffer as ArrayBuffer;
  return {
    /** Makes sure of memory, filled with zeros. */
    reserve(label: string, at: number, bytes: number): void {
      const missing = Math.ceil((at + bytes - memory.buffer.byteLength) / PAGE);
      try {
        if (missing > 0) memory.grow(missing);
      } catch (cause) {
        throw new Error(`${label}: there is no memory for its ${bytes} bytes`, { cause });
      }
      bytesAt(at, bytes).fill(0);
    },
    /** Gives the buffer back, for whoever has more to write. */
    write,
    read,
    scratchSize: (sizes: readonly (readonly [rows: number, units: number])[]) =>
      Math.max(0, ...sizes.map(([rows, units]) => kernels.scratchSize(rows, units))),
    /**
     * Runs the steps of a program's table, once the writes are done. Gives the time that took, in ms, and what is in
     * the range of memory then.
     */
    run(
      program: number,
      steps: number,
      threads: number,
      writes: readonly Write[],
      range: readonly [at: number, bytes: number],
    ): [took: number, contents: ArrayBuffer] {
      for (const [at, contents] of writes) write(at, contents);
      const begin = performance.now();
      if (threads > 1 && shared) ring(shared.bell, program, steps);
      kernels.run(program, steps, 0, threads);
      return [performance.now() - begin, read(...range)];
    },
  };
}

function ring(bell: Int32Array<SharedArrayBuffer>, program: number, steps: number): void {
  bell[BELL.program] = program;
  bell[BELL.steps] = steps;
  Atomics.add(bell, BELL.turn, 1);
  Atomics.notify(bell, BELL.turn);
}

/**
 * Makes this thread another one beside the first: whenever that rings, it takes its part, and never returns. All
 * threads leave a run by the same barrier, so that none misses a turn.
 */
export function help({ module, thread, threads, shared }: Start): never {
  if (!shared) throw new Error('a thread that helps needs shared memory');
  const { memory, bell } = shared;
  const kernels = instantiate(module, memory);
  for (let turn = 0; ; turn = (turn + 1) | 0) {
    while (Atomics.load(bell, BELL.turn) === turn) Atomics.wait(bell, BELL.turn, turn);
    kernels.run(bell[BELL.program], bell[BELL.steps], thread, threads);
  }
}

/** What is transferred with a message, not copied. */
export function buffersIn(value: unknown): ArrayBuffer[] {
  if (value instanceof ArrayBuffer) return [value];
  return Array.isArray(value) ? value.flatMap(buffersIn) : [];
}

const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory) =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
