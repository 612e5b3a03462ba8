// Runs whole steps of an encoded plan: src/cpu/wasm/encode.ts writes it.
import { denseScratchSize } from './dense';
import { dispatch } from './dispatch';
import { gradientScratchSize } from './gradient';
import { Operation, Step } from './layout';
import { setPlaces } from './places';
import { barrier, joinThreads } from './threads';

@unmanaged class Program {
  operations: usize; // the first of them
  steps: usize; // the table of steps
  batchRows: usize;
  rowLosses: usize;
  scratch: usize;
  scratchSize: u32; // bytes for each thread
  arrived: u32; // of the barrier, which `turns` belongs to
  turns: u32;
}

/** Where the kernels' constants end, which are at the beginning of memory. */
export function constantsEnd(): usize {
  return __heap_base;
}

/** Bytes of scratch memory that a thread needs for layers of so many units, over so many rows. */
export function scratchSize(rows: u32, units: u32): u32 {
  return max(denseScratchSize(rows), gradientScratchSize(rows, units));
}

/** Takes this thread's part in the first `steps` steps of the table. All threads call it, with the same arguments. */
export function run(program: usize, steps: u32, thread: u32, threads: u32): void {
  const plan = changetype<Program>(program);
  const meeting = program + offsetof<Program>('arrived');
  joinThreads(thread, threads);
  setPlaces(plan.batchRows, plan.rowLosses, plan.scratch + thread * plan.scratchSize);
  for (let i: u32 = 0; i < steps; i++) {
    const step = changetype<Step>(plan.steps + i * offsetof<Step>());
    for (let op = plan.operations; op != 0; ) {
      const operation = changetype<Operation>(op);
      if (operation.barrier) barrier(meeting);
      dispatch(op, step);
      op = operation.next;
    }
    barrier(meeting);
  }
}
