/** Time the event loop may wait for its turn, in ms. */
export const SLICE = 12;

let end = 0;

/** Lets the event loop run, if it has not for a slice of time: events, timers and painting have their turn. */
export async function giveWay(): Promise<void> {
  if (performance.now() < end) return;
  await nextTask();
  end = performance.now() + SLICE;
}

/** Not by a timer, which browsers hold back for 4 ms when they come one after the other. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
