/** A core in a worker, and its helpers in others: what is asked of it goes there as a message, answered in order. */
import { buffersIn, type Core, type Start } from './core.ts';
import { spawn, type Thread } from './spawn.ts';
import type { Answer, Call } from './worker.ts';

/** Calls one of the core's functions, after all that were called before. */
export type CallCore = <K extends keyof Core>(
  name: K,
  ...args: Parameters<Core[K]>
) => Promise<ReturnType<Core[K]>>;

export class Workers {
  readonly #lines: readonly Line[];
  #failure: Error | undefined;

  private constructor(threads: number) {
    this.#lines = Array.from({ length: threads }, () => new Line((error) => this.#end(error)));
  }

  /** @throws where there can be no workers */
  static async create(start: Omit<Start, 'thread'>): Promise<Workers> {
    const workers = new Workers(start.threads);
    try {
      await Promise.all(workers.#lines.map((line, thread) => line.ask({ ...start, thread })));
      return workers;
    } catch (error) {
      workers.dispose();
      throw error;
    }
  }

  readonly call: CallCore = (name, ...args) =>
    this.#failure
      ? Promise.reject(this.#failure)
      : (this.#lines[0].ask([name, ...args], buffersIn(args)) as Promise<ReturnType<Core[typeof name]>>);

  readonly dispose = (): void => this.#end(new Error('the runtime has been disposed of'));

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
