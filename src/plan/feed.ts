import type { FloatArray, RunOptions } from './executor.ts';
import type { StepResults, StepSource, StepTable } from './steps.ts';

/** What runs steps chunk by chunk. */
export interface Feedable {
  /** Chunks that may be on their way; more of them where they are not whole, up to `most`. */
  readonly depth: number;
  readonly most: number;
  readonly results: StepResults;
  /** What to put the next chunk in. */
  nextChunk(): Chunk;
}

export interface Chunk {
  readonly table: StepTable;
  /** Steps that it is to have. */
  readonly size: number;
  /** Runs the table's steps. Resolves to their rows of the metrics table, where the plan has one. */
  submit(): Promise<FloatArray | undefined>;
  /** Gives the table back, for another chunk. */
  release(): void;
}

interface Flight {
  readonly chunk: Chunk;
  /** Its share of a whole chunk. */
  readonly share: number;
  readonly metrics: Promise<FloatArray | undefined>;
}

/** `Program.run`: loads chunks and takes back what they leave, in order, while others are on their way. */
export async function feed(
  program: Feedable,
  source: StepSource,
  { signal, onSteps, onSubmitted, part = Number.POSITIVE_INFINITY }: RunOptions = {},
): Promise<number> {
  const { results } = program;
  const flights: Flight[] = [];
  let loss = Number.NaN;
  let more = true;
  /** Steps of the part that are on their way or back. */
  let begun = 0;
  try {
    while (more || flights.length > 0) {
      while (more && hasRoom(program, flights) && !signal?.aborted) {
        const chunk = program.nextChunk();
        more = chunk.table.load(source, Math.min(chunk.size, part - begun));
        if (more) flights.push(submit(chunk));
        else chunk.release();
        begun += chunk.table.count;
        if (begun === part || (!more && begun > 0)) {
          onSubmitted?.();
          begun = 0;
        }
      }
      const flight = flights.shift();
      if (!flight) break;
      const metrics = await flight.metrics;
      // Other runs of the program share its results: they are taken before anyone else has a turn.
      if (metrics) results.read(metrics, flight.chunk.table);
      flight.chunk.release();
      if (!metrics) continue;
      loss = results.loss[results.count - 1];
      await onSteps?.(results);
    }
  } finally {
    await Promise.allSettled(flights.map(({ metrics }) => metrics));
    for (const { chunk } of flights) chunk.release();
  }
  signal?.throwIfAborted();
  return loss;
}

function hasRoom({ depth, most }: Feedable, flights: readonly Flight[]): boolean {
  return flights.length < most && flights.reduce((sum, { share }) => sum + share, 0) < depth;
}

function submit(chunk: Chunk): Flight {
  const metrics = chunk.submit();
  metrics.catch(() => {}); // it is awaited in its turn: until then a failure is not unhandled
  return { chunk, share: chunk.table.count / chunk.size, metrics };
}
