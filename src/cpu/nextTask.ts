/** Time the event loop may wait for its turn, in ms. */
export const SLICE = 12;

/**
 * Lets the event loop run: events, timers and painting have their turn. Not by a timer, which browsers hold back for
 * 4 ms when they come one after the other.
 */
export function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
