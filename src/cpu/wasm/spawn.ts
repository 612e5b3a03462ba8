/** Workers of a page, or of Node, which speaks another dialect. Their code comes from inside the bundle. */
import type { Start } from './core.ts';
import type { Answer, Call } from './worker.ts';
import source from './worker.ts?inline';

export interface Thread {
  post(message: Start | Call, transfer: ArrayBuffer[]): void;
  /** Whether Node is to wait for it before it ends. */
  hold(awaited: boolean): void;
  terminate(): void;
}

export interface Listener {
  onAnswer(answer: Answer): void;
  /** Where a page's policy allows no worker, this tells. */
  onError(error: Error): void;
}

/** @throws where there can be no worker */
export function spawn(listener: Listener): Thread {
  return typeof Worker === 'function' ? spawnInPage(listener) : spawnInNode(listener);
}

function spawnInPage({ onAnswer, onError }: Listener): Thread {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(url);
    onAnswer(data);
  };
  worker.onerror = ({ message }) => onError(new Error(message));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold() {},
    terminate: () => worker.terminate(),
  };
}

function spawnInNode({ onAnswer, onError }: Listener): Thread {
  const { Worker: NodeWorker } = process.getBuiltinModule('node:worker_threads');
  const worker = new NodeWorker(source, { eval: true });
  worker.on('message', onAnswer);
  worker.on('error', onError);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    hold: (awaited) => (awaited ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}
