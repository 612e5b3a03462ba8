// A step's work is divided by what is computed, never within a sum: results do not depend on how many threads there
// are. Every thread has an instance of the module, and so its own copy of these.
export let thread: u32 = 0;
export let threads: u32 = 1;

export function joinThreads(own: u32, all: u32): void {
  thread = own;
  threads = all;
}

/** Where this thread's share of `count` things begins, and where it ends: without a division on a thread alone. */
@inline export function shareStart(count: u32): u32 {
  return thread == 0 ? 0 : count * thread / threads;
}
@inline export function shareEnd(count: u32): u32 {
  return thread + 1 == threads ? count : count * (thread + 1) / threads;
}

/** Turns round the loop before a waiting thread goes to sleep: longer than waking up takes, or others sleep then. */
const PATIENCE: u32 = 1 << 18;

/** Waits until all threads are here. At `place`: how many have arrived, and how often all of them had. */
export function barrier(place: usize): void {
  if (threads == 1) return;
  const turn = atomic.load<u32>(place, 4);
  if (atomic.add<u32>(place, 1) == threads - 1) {
    atomic.store<u32>(place, 0);
    atomic.add<u32>(place, 1, 4);
    atomic.notify(place + 4);
    return;
  }
  for (let i: u32 = 0; i < PATIENCE; i++) {
    if (atomic.load<u32>(place, 4) != turn) return;
  }
  while (atomic.load<u32>(place, 4) == turn) atomic.wait<i32>(place + 4, turn, -1);
}
