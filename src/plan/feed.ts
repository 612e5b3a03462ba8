import type { FloatArray, RunOptions } from './executor.ts';
import type { StepResults, StepSource, StepTable } from './steps.ts';

/** What takes chunks of steps. */
export interface Feedable {
  /** As many as there may be chunks on their way. */
  readonly tables: readonly StepTable[];
  readonly results: StepResults;
  /** Steps that the next chunk is to have. */
  readonly chunkSize: number;
  /** Runs the table's steps. Resolves to their rows of the metrics table, where the plan has one. */
  submit(table: StepTable): Promise<FloatArray | undefined>;
}

/** `Program.run`: loads chunks and takes back what they leave, in order, while others are on their way. */
export async function feed(
  program: Feedable,
  source: StepSource,
  { signal, onSteps, onSubmitted }: RunOptions = {},
): Promise<number> {
  const { tables, results } = program;
  const flights: { table: StepTable; metrics: Promise<FloatArray | undefined> }[] = [];
  let loss = Number.NaN;
  let more = true;
  try {
    for (let turn = 0; more || flights.length > 0; ) {
      while (more && flights.length < tables.length && !signal?.aborted) {
        const table = tables[turn++ % tables.length];
        more = table.load(source, program.chunkSize);
        if (more) flights.push({ table, metrics: program.submit(table) });
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
