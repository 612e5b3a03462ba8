import type { FloatArray, RunOptions } from './executor.ts';
import type { StepResults, StepSource, StepTable } from './steps.ts';

/** What runs steps chunk by chunk. */
export interface Feedable {
  /** Chunks that may be on their way. */
  readonly depth: number;
  readonly results: StepResults;
  /** What to put the next chunk in: a chunk is back before the one `depth` turns later is asked for. */
  chunkFor(turn: number): Chunk;
}

export interface Chunk {
  readonly table: StepTable;
  /** Steps that it is to have. */
  readonly size: number;
  /** Runs the table's steps. Resolves to their rows of the metrics table, where the plan has one. */
  submit(): Promise<FloatArray | undefined>;
}

/** `Program.run`: loads chunks and takes back what they leave, in order, while others are on their way. */
export async function feed(
  program: Feedable,
  source: StepSource,
  { signal, onSteps, onSubmitted }: RunOptions = {},
): Promise<number> {
  const { depth, results } = program;
  const flights: { table: StepTable; metrics: Promise<FloatArray | undefined> }[] = [];
  let loss = Number.NaN;
  let more = true;
  try {
    for (let turn = 0; more || flights.length > 0; ) {
      while (more && flights.length < depth && !signal?.aborted) {
        const chunk = program.chunkFor(turn++);
        more = chunk.table.load(source, chunk.size);
        if (more) flights.push({ table: chunk.table, metrics: submit(chunk) });
        else onSubmitted?.();
      }
      const flight = flights.shift();
      if (!flight) break;
      const metrics = await flight.metrics;
      if (!metrics) continue;
      results.read(metrics, flight.table);
      loss = results.loss[results.count - 1];
      await onSteps?.(results);
    }
  } finally {
    await Promise.allSettled(flights.map(({ metrics }) => metrics));
  }
  signal?.throwIfAborted();
  return loss;
}

function submit(chunk: Chunk): Promise<FloatArray | undefined> {
  const metrics = chunk.submit();
  metrics.catch(() => {}); // it is awaited in its turn: until then a failure is not unhandled
  return metrics;
}
