/** A plan in WebAssembly's memory: its records, tables and tensors, written once, before the first step runs. */
import type { StepValues } from '../../kernels/kernel.ts';
import { ChunkSizer } from '../../plan/chunkSizer.ts';
import type { Program, RunOptions } from '../../plan/executor.ts';
import type { Plan } from '../../plan/plan.ts';
import { StepResults, type StepSource, StepTable } from '../../plan/steps.ts';
import { nextTask, SLICE } from '../nextTask.ts';
import { piecesOf, recordWords, writeRecords } from './encode.ts';
import type { Block, WasmMemory } from './memory.ts';

/** Runs programs: on this thread, or on several. */
export interface Runner {
  /** How many threads take part. */
  readonly threads: number;
  /** Bytes of scratch memory for each of them. */
  scratchSize(rows: number, units: number): number;
  /** Runs the first `steps` steps of the table of the program at this place in memory. */
  run(program: number, steps: number): void | Promise<void>;
}

/** Words of what `run` in `assembly/run.ts` calls a Program. */
const HEADER = 8;
/** Steps of the first call, when it is not known yet how long one takes. */
const FIRST_STEPS = 16;

export class WasmProgram implements Program {
  readonly #block: Block;
  readonly #steps: number;
  readonly #permutation: number;
  readonly #metrics: number | undefined;
  readonly #sizer: ChunkSizer;
  readonly #table: StepTable;
  readonly #results: StepResults;

  /** `placeOf` tells where the plan's tensors are. `onDispose` frees the plan's own. */
  constructor(
    readonly plan: Plan,
    private readonly memory: WasmMemory,
    private readonly runner: Runner,
    placeOf: (tensor: string) => number,
    private readonly onDispose: () => void,
  ) {
    const { batch, slots, calls } = plan;
    const pieces = piecesOf(plan);
    const sizes = calls.map(({ constants: { M = 0, N = 0 } }) => runner.scratchSize(Number(M), Number(N)));
    const scratchSize = Math.max(64, ...sizes);
    const parts = {
      header: 4 * HEADER,
      records: 4 * recordWords(pieces),
      steps: slots * StepTable.size,
      batchRows: 4 * batch,
      rowLosses: 8 * batch,
      scratch: runner.threads * scratchSize,
    };
    this.#block = memory.allocate(
      plan.name,
      Object.values(parts).reduce((a, b) => a + aligned(b), 0),
    );
    const places = { ...parts };
    let at = this.#block.start;
    for (const part of Object.keys(parts) as (keyof typeof parts)[]) {
      places[part] = at;
      at += aligned(parts[part]);
    }
    const { words, floats } = memory;
    const { records, steps, batchRows, rowLosses, scratch } = places;
    words.set([records, steps, batchRows, rowLosses, scratch, scratchSize], places.header / 4);
    for (let i = 0; i < batch; i++) words[batchRows / 4 + i] = i;
    writeRecords(pieces, plan, { words, floats, start: records }, placeOf);
    this.#steps = steps / 4;
    this.#permutation = plan.tensors.has('permutation') ? placeOf('permutation') / 4 : 0;
    this.#metrics = plan.tensors.has('metrics') ? placeOf('metrics') / 4 : undefined;
    this.#sizer = new ChunkSizer(slots, FIRST_STEPS);
    this.#table = new StepTable(plan);
    this.#results = new StepResults(plan);
  }

  async run(source: StepSource, { signal, onSteps }: RunOptions = {}): Promise<number> {
    const table = this.#table;
    const results = this.#results;
    results.count = 0;
    let sliceEnd = performance.now() + SLICE;
    for (;;) {
      signal?.throwIfAborted();
      if (!table.load(source, this.#sizer.size)) break;
      const start = performance.now();
      await this.#runTable();
      const end = performance.now();
      this.#sizer.record(table.count, end - start, SLICE);
      if (this.#metrics !== undefined) {
        results.read(this.memory.floats.subarray(this.#metrics), table);
        await onSteps?.(results);
      }
      if (performance.now() < sliceEnd) continue;
      await nextTask();
      sliceEnd = performance.now() + SLICE;
    }
    return results.count > 0 ? results.loss[results.count - 1] : Number.NaN;
  }

  /** Runs exactly this step. */
  async step(values: StepValues): Promise<void> {
    this.#table.set(0, values);
    this.#table.count = 1;
    await this.#runTable();
  }

  dispose(): void {
    this.memory.free(this.#block);
    this.onDispose();
  }

  /** Runs the steps in the table. */
  #runTable(): void | Promise<void> {
    const { words } = this.memory;
    const table = this.#table;
    words.set(table.words.subarray(0, (table.count * StepTable.size) / 4), this.#steps);
    words.set(table.rows.subarray(0, table.end), this.#permutation);
    return this.runner.run(this.#block.start, table.count);
  }
}

const aligned = (bytes: number) => Math.ceil(bytes / 64) * 64;
