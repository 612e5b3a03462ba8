/** What tuning has found out on this machine, kept from one visit to the next where the browser keeps anything. */
import { get, update } from 'idb-keyval';

/** Names of the fastest variants, by shader and shape. */
export type Winners = Readonly<Record<string, string>>;

const place = (adapter: string) => `shaderprop tunings, ${adapter}`;

/** Empty where nothing is known, or nothing kept. */
export async function loadWinners(adapter: string): Promise<Winners> {
  try {
    return (await get<Winners>(place(adapter))) ?? {};
  } catch {
    return {}; // no storage: as in Node, or in a private window
  }
}

export async function saveWinner(adapter: string, key: string, winner: string): Promise<void> {
  try {
    await update<Winners>(place(adapter), (known) => ({ ...known, [key]: winner }));
  } catch {
    // What is not kept is measured again.
  }
}

/** A short name for a text. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(hash, 0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
