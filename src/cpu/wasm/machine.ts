/** Where the kernels run: in workers, or on the calling thread where there can be none. */
import { giveWay, SLICE } from '../../plan/slices.ts';
import { BELL, type Core, type Start, startCore } from './core.ts';
import { compileKernels } from './module.ts';
import { type Host, Workers } from './workers.ts';

/** Pages of 64 KiB that a WebAssembly memory may have: 4 GiB. */
const MOST_PAGES = 2 ** 16;
/** More threads than that wait for each other longer than they save. */
const MOST_THREADS = 8;
/** Bytes that are held for the next write: a piece of a data set. */
const MOST_SPARE = 2 ** 22;
/** Time that a chunk of steps may take in a worker, in ms: a run that is aborted ends with its chunks. */
const CHUNK = 50;

export interface MachineOptions {
  /** Whether to use relaxed SIMD, which the engine must have then. */
  readonly relaxed: boolean;
  /** Whether to use workers, where there can be any. */
  readonly workers?: boolean;
  /** How many, where memory can be shared. */
  readonly threads?: number;
  readonly mostPages?: number;
}

/** Does everything in the order that it was told or asked. */
export class Machine {
  /** What went wrong with something that nobody waited for. */
  #failure: unknown;
  /** The last buffer that was written from: fresh memory takes longer to get than to fill. */
  #spare: ArrayBuffer | undefined;

  private constructor(
    readonly threads: number,
    /** Time that a chunk of steps may take, in ms. */
    readonly chunkTime: number,
    private readonly host: Host,
  ) {}

  static async create(options: MachineOptions): Promise<Machine> {
    const { relaxed, workers = true, threads = threadsHere(), mostPages = MOST_PAGES } = options;
    const shared = workers && threads > 1 ? share(mostPages) : undefined;
    const module = await compileKernels(shared !== undefined, relaxed);
    const start = { module, mostPages, shared, threads: shared ? threads : 1 };
    if (!workers) return new Machine(1, SLICE, new CallingThread({ ...start, thread: 0 }));
    try {
      return new Machine(start.threads, CHUNK, await Workers.create(start));
    } catch {
      // The page's policy may allow no workers.
      return Machine.create({ ...options, workers: false });
    }
  }

  /** Makes ready for runs on all threads. */
  startHelpers(): Promise<void> {
    return this.host.startHelpers();
  }

  dispose(): void {
    this.host.dispose();
  }

  /** Writes numbers, once all has been done that was told before: at once where that is so, else from a copy. */
  write(at: number, numbers: Uint32Array | Float32Array): void {
    const { buffer, byteOffset, byteLength } = numbers;
    const memory = this.host.restingMemory?.buffer;
    // Where there was no memory to be had, who asks next is told so.
    if (memory && at + byteLength <= memory.byteLength) {
      new Uint8Array(memory, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    } else {
      const copy = this.#takeBuffer(byteLength);
      new Uint8Array(copy).set(new Uint8Array(buffer, byteOffset, byteLength));
      this.tell('write', at, copy).then((written) => {
        if (written && written.byteLength <= MOST_SPARE) this.#spare = written;
      });
    }
  }

  /** Has something done. Where that fails, the next who asks is told. */
  tell<K extends keyof Core>(
    name: K,
    ...args: Parameters<Core[K]>
  ): Promise<ReturnType<Core[K]> | undefined> {
    return this.host.call(name, ...args).catch((error) => {
      this.#failure ??= error;
      return undefined;
    });
  }

  /**
   * Has something done, and waits for it.
   * @throws what went wrong with it, or with what was told before
   */
  async ask<K extends keyof Core>(name: K, ...args: Parameters<Core[K]>): Promise<ReturnType<Core[K]>> {
    const result = await this.tell(name, ...args);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    return result as ReturnType<Core[K]>;
  }

  #takeBuffer(bytes: number): ArrayBuffer {
    const spare = this.#spare;
    if (spare?.byteLength !== bytes) return new ArrayBuffer(bytes);
    this.#spare = undefined;
    return spare;
  }
}

/** A core on the calling thread, which lets the event loop run between calls. */
class CallingThread implements Host {
  readonly restingMemory = undefined;
  readonly #core: Core;
  #before: Promise<unknown> = Promise.resolve();

  constructor(start: Start) {
    this.#core = startCore(start);
  }

  call<K extends keyof Core>(name: K, ...args: Parameters<Core[K]>): Promise<ReturnType<Core[K]>> {
    const run = async () => {
      await giveWay();
      return (this.#core[name] as (...given: typeof args) => ReturnType<Core[K]>)(...args);
    };
    const result = this.#before.then(run, run);
    this.#before = result;
    return result;
  }

  async startHelpers(): Promise<void> {}

  dispose(): void {}
}

/** Memory for several threads, where they can share any. */
function share(mostPages: number): Start['shared'] {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true });
    return { memory, bell: new Int32Array(new SharedArrayBuffer(4 * BELL.words)) };
  } catch {
    return undefined;
  }
}

/** As many as there are processors, where threads can share memory. */
function threadsHere(): number {
  if (globalThis.crossOriginIsolated === false) return 1;
  const processors =
    globalThis.navigator?.hardwareConcurrency ?? process.getBuiltinModule('node:os').availableParallelism();
  return Math.min(processors, MOST_THREADS);
}
