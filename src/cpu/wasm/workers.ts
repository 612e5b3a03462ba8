/** A core in a worker, and its helpers in others: what is asked of it goes there as a message, answered in order. */
import { buffersIn, type Core, type Start } from './core.ts';
import { spawn, type Thread } from './spawn.ts';
import type { Answer, Call } from './worker.ts';

/** What has a core. */
export interface Host {
  /** Calls one of the core's functions, after all that were called before. */
  call<K extends keyof Core>(name: K, ...args: Parameters<Core[K]>): Promise<ReturnType<Core[K]>>;
  /** Memory that this thread shares, while the core has nothing to do. */
  readonly restingMemory: WebAssembly.Memory | undefined;
  /** Starts the threads beside the first, unless they have been: small networks never need them. */
  startHelpers(): Promise<void>;
  dispose(): void;
}

export class Workers implements Host {
  readonly #lines: Line[] = [];
  #helping: Promise<unknown> | undefined;
  #failure: Error | undefined;

  private constructor(private readonly start: Omit<Start, 'thread'>) {}

  /** Starts the first thread. @throws where there can be no workers */
  static async create(start: Omit<Start, 'thread'>): Promise<Workers> {
    const workers = new Workers(start);
    try {
      await workers.#add(0);
      return workers;
    } catch (error) {
      workers.dispose();
      throw error;
    }
  }

  get restingMemory(): WebAssembly.Memory | undefined {
    return this.#failure || this.#lines[0].busy ? undefined : this.start.shared?.memory;
  }

  async startHelpers(): Promise<void> {
    const helpers = Array.from({ length: this.start.threads - 1 }, (_, i) => i + 1);
    this.#helping ??= Promise.all(helpers.map((thread) => this.#add(thread)));
    await this.#helping;
  }

  async call<K extends keyof Core>(name: K, ...args: Parameters<Core[K]>): Promise<ReturnType<Core[K]>> {
    if (this.#failure) throw this.#failure;
    return (await this.#lines[0].ask([name, ...args], buffersIn(args))) as ReturnType<Core[K]>;
  }

  dispose(): void {
    this.#end(new Error('the runtime has been disposed of'));
  }

  async #add(thread: number): Promise<void> {
    const line = new Line((error) => this.#end(error));
    this.#lines.push(line);
    await line.ask({ ...this.start, thread });
  }

  /** Where one thread fails the others wait for it for ever. */
  #end(error: Error): void {
    this.#failure ??= error;
    for (const line of this.#lines) line.close(error);
  }
}

/** A thread, and those who wait for its answers. */
class Line {
  readonly #waiting: { resolve(result: unknown): void; reject(error: unknown): void }[] = [];
  readonly #thread: Thread;

  constructor(onError: (error: Error) => void) {
    this.#thread = spawn({ onAnswer: (answer) => this.#take(answer), onError });
  }

  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  ask(message: Start | Call, transfer: ArrayBuffer[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#thread.hold(true);
      this.#thread.post(message, transfer);
    });
  }

  close(error: Error): void {
    this.#thread.terminate();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #take([result, error]: Answer): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#thread.hold(false);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(error);
  }
}
