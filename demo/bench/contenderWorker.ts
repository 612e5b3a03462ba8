import { type Remote, wrap } from 'comlink';
import type { Station } from './worker.ts';

/** The page's side of a worker in which one contender is tried. */
export class ContenderWorker {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  readonly #station: Remote<Station> = wrap(this.#worker);
  /** Never ends well: a worker that breaks answers nothing. */
  readonly #end: Promise<never>;

  constructor(signal?: AbortSignal) {
    this.#end = new Promise((_, reject) => {
      this.#worker.addEventListener('error', (event) => {
        // Reported to who asked, and so not to the page.
        event.preventDefault();
        reject(new Error(event.message || 'The worker could not be started.'));
      });
      signal?.addEventListener('abort', () => {
        this.close();
        reject(signal.reason);
      });
    });
    this.#end.catch(() => {});
  }

  ask<T>(question: (station: Remote<Station>) => Promise<T>): Promise<T> {
    return Promise.race([question(this.#station), this.#end]);
  }

  close(): void {
    this.#worker.terminate();
  }
}
