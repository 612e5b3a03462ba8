/** What has been found out on this machine, kept from one visit to the next where the browser keeps anything. */
import { get, set } from 'idb-keyval';

/** Milliseconds after which storage that does not answer is taken for none. */
const PATIENCE = 100;

const place = (key: string) => `shaderprop ${key}`;

/** What was kept under that key; undefined where that is nothing, or nothing is kept: as in Node, or in a private window. */
export function recall(key: string): Promise<unknown> {
  return answerOf(() => get(place(key)));
}

/** Keeps plain data; what cannot be kept is found out again. */
export async function keep(key: string, value: unknown): Promise<void> {
  await answerOf(() => set(place(key), value));
}

async function answerOf<T>(ask: () => Promise<T>): Promise<T | undefined> {
  const silence = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
  try {
    return await Promise.race([ask(), silence]);
  } catch {
    return undefined; // there is no storage, or no room in it
  }
}

/** A short name for a text. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(hash, 0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
