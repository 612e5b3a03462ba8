import type { LabelledRows } from '../data/rows.ts';
import type { Network } from '../model/network.ts';
import type { Executor } from '../plan/executor.ts';
import type { Choice } from '../runtime/rivals.ts';
import { defaultRuntime, type Runtime } from '../runtime/runtime.ts';
import { choose } from './choice.ts';
import { Session } from './session.ts';
import type { TrainerSettings } from './trainer.ts';

/** Where a model lives: the runtime it is to use, and its session on one of that runtime's executors. */
export class Home {
  /** Of the last training, with `auto`. */
  choice: Choice | undefined;
  #wanted: Runtime | undefined;
  #runtime: Runtime | undefined;
  /** What the optimizer remembers is to be forgotten before the next use. */
  #optimizerIsNew = false;
  #session: Session | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Those who look at the session now: it does not move meanwhile. */
  readonly #uses = new Set<Promise<unknown>>();
  #disposed = false;

  constructor(
    private readonly network: Network,
    /** Called when the session ends, or its optimizer starts anew. */
    private readonly onLeave: () => void,
  ) {}

  /** From the next use on: this runtime, or the one from before, and an optimizer that remembers nothing. */
  compile(runtime: Runtime | undefined): void {
    this.#wanted = runtime ?? this.#wanted;
    this.#optimizerIsNew = true;
  }

  /** Moves there, or stays where it is when that fails. */
  async moveTo(runtime: Runtime): Promise<void> {
    const before = this.#wanted;
    this.#wanted = runtime;
    try {
      await this.open();
    } catch (error) {
      this.#wanted = before;
      throw error;
    }
  }

  /** The session on the runtime that is wanted: with all that it was on another. */
  open(): Promise<Session> {
    return this.#replace(async (old) => {
      if (this.#disposed) throw new Error('the model has been disposed of');
      const runtime = this.#wanted ?? this.#runtime ?? (await defaultRuntime());
      if (runtime.disposed)
        throw new Error("the model's runtime has been disposed of: compile it with another");
      let session = old;
      if (!session || this.#runtime !== runtime) {
        session = await this.#move(old, runtime.executor);
        this.#runtime = runtime;
        this.choice = undefined;
      }
      if (this.#optimizerIsNew) {
        this.onLeave();
        session.resetOptimizer();
        this.#optimizerIsNew = false;
      }
      return session;
    });
  }

  /** Looks at the session, which stays where it is meanwhile. */
  async use<T>(body: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.open();
    const use = body(session);
    this.#uses.add(use);
    try {
      return await use;
    } finally {
      this.#uses.delete(use);
    }
  }

  /** The session where such a training is the fastest: with `auto`, that is found out, and it moves there. */
  async openFor(data: LabelledRows, settings: TrainerSettings, steps?: number): Promise<Session> {
    const session = await this.open();
    const runtime = this.#runtime;
    if (!runtime?.rivals) return session;
    const { executor, choice } = await choose(runtime.rivals, { session, data, settings, steps });
    this.choice = choice;
    const settled = await this.#replace((old) => this.#move(old, executor)).catch((error) => {
      const reason = `${choice.backend} failed: ${error instanceof Error ? error.message : error}`;
      this.choice = { ...choice, backend: session.executor.backend, reason };
      return session;
    });
    runtime.use(settled.executor, this.choice);
    return settled;
  }

  dispose(): void {
    this.#disposed = true;
    this.#turn = this.#turn.then(() => {
      this.onLeave();
      this.#session?.dispose();
    });
  }

  /** One after the other, each with what the one before has left; who fails changes nothing. */
  #replace(next: (old: Session | undefined) => Promise<Session>): Promise<Session> {
    const turn = this.#turn.then(async () => {
      this.#session = await next(this.#session);
      return this.#session;
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #move(old: Session | undefined, executor: Executor): Promise<Session> {
    if (old?.executor === executor) return old;
    await Promise.allSettled(this.#uses);
    const state = await old?.exclusively(() => old.capture());
    const session = new Session(this.network, executor, state);
    this.onLeave();
    old?.dispose();
    return session;
  }
}
