/** What runs in a worker, of a page or of Node: a core, or a thread that helps one. */
import { buffersIn, type Core, help, type Start, startCore } from './core.ts';

/** The name of one of the core's functions, and its arguments. */
export type Call = readonly [name: keyof Core, ...args: unknown[]];
/** Its result, or why there is none. */
export type Answer = readonly [result?: unknown, error?: unknown];

interface Port {
  postMessage(message: Answer, transfer: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<Start | Call>) => void) | null;
}

const inPage = typeof postMessage === 'function';
const port = (inPage ? self : process.getBuiltinModule('node:worker_threads').parentPort) as unknown as Port;
let core: Core;

/** The first message starts it, and is answered once it has. */
port.onmessage = ({ data }) => {
  try {
    const result = Array.isArray(data) ? answer(data as unknown as Call) : start(data as Start);
    port.postMessage([result], buffersIn(result));
  } catch (error) {
    // Other threads may wait for one that broke off: that ends them all.
    if (error instanceof WebAssembly.RuntimeError) throw error;
    port.postMessage([undefined, error], []);
  }
};

function start(given: Start): void {
  if (given.thread === 0) {
    core = startCore(given);
    return;
  }
  port.postMessage([], []);
  help(given);
}

function answer([name, ...args]: Call): unknown {
  return (core[name] as (...args: unknown[]) => unknown)(...args);
}
