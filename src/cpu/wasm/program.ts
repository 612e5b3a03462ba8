/** A plan in WebAssembly's memory: its records, tables and tensors, written once, before the first step runs. */
import type { StepValues } from '../../kernels/kernel.ts';
import { ChunkSizer } from '../../plan/chunkSizer.ts';
import type { FloatArray, Program, RunOptions } from '../../plan/executor.ts';
import { type Chunk, feed } from '../../plan/feed.ts';
import type { Plan } from '../../plan/plan.ts';
import { StepResults, type StepSource, StepTable } from '../../plan/steps.ts';
import { workOf } from '../../plan/work.ts';
import { encodeRecords, recordWords } from './encode.ts';
import type { Block, Heap } from './heap.ts';

/** Chunks on their way: one that runs, and one that is ready; and small ones, of which a message takes longer. */
const DEPTH = 2;
const MOST = 16;
/** Words of what `run` in `src/cpu/assembly/run.ts` calls a Program. */
const HEADER = 8;
/** Steps of the first chunk, when it is not known yet how long one takes. */
const FIRST_STEPS = 16;
/** Operations and bytes of a step from which on several threads are faster than one. */
const WORK_FOR_THREADS = 4e6;

export class WasmProgram implements Program {
  readonly depth = DEPTH;
  readonly most = MOST;
  readonly results: StepResults;
  readonly #threads: number;
  readonly #sizer: ChunkSizer;
  /** Tables that are not on their way. */
  readonly #free: StepTable[] = [];
  readonly #blocks: Block[] = [];
  /** Where the program is in memory, and its tables. */
  readonly #header: number;
  readonly #steps: number;
  readonly #permutation: number;
  readonly #metrics: number;

  private constructor(
    readonly plan: Plan,
    private readonly heap: Heap,
    { threads, scratchSize }: { threads: number; scratchSize: number },
    placeOf: (tensor: string) => number,
    private readonly onDispose: () => void,
  ) {
    const { batch, slots } = plan;
    this.#threads = threads;
    this.results = new StepResults(plan);
    this.#sizer = new ChunkSizer(slots, FIRST_STEPS);
    this.#steps = this.#allocate(slots * StepTable.size);
    this.#permutation = placeOf('permutation');
    this.#metrics = placeOf('metrics');
    const records = this.#allocate(4 * recordWords(plan));
    heap.machine.write(records, encodeRecords(plan, records, placeOf));
    const batchRows = this.#allocate(4 * batch);
    heap.machine.write(
      batchRows,
      Uint32Array.from({ length: batch }, (_, i) => i),
    );
    const rowLosses = this.#allocate(8 * batch);
    const scratch = this.#allocate(threads * scratchSize);
    this.#header = this.#allocate(4 * HEADER);
    const header = [records, this.#steps, batchRows, rowLosses, scratch, scratchSize];
    heap.machine.write(this.#header, Uint32Array.from(header));
  }

  /** `placeOf` tells where the plan's tensors are. `onDispose` frees the plan's own. */
  static async create(
    plan: Plan,
    heap: Heap,
    placeOf: (tensor: string) => number,
    onDispose: () => void,
  ): Promise<WasmProgram> {
    const { machine } = heap;
    const sizes = plan.calls.map(({ constants: { M = 0, N = 0 } }) => [Number(M), Number(N)] as const);
    const scratchSize = Math.max(64, await machine.ask('scratchSize', sizes));
    const threads = workOfStep(plan) < WORK_FOR_THREADS ? 1 : machine.threads;
    if (threads > 1) await machine.startHelpers();
    return new WasmProgram(plan, heap, { threads, scratchSize }, placeOf, onDispose);
  }

  run(source: StepSource, options?: RunOptions): Promise<number> {
    return feed(this, source, options);
  }

  /** Runs exactly this step. */
  async step(values: StepValues): Promise<void> {
    const table = new StepTable({ ...this.plan, slots: 1 });
    table.set(0, values);
    table.count = 1;
    await this.#submit(table);
  }

  nextChunk(): Chunk {
    const table = this.#free.pop() ?? new StepTable(this.plan);
    return {
      table,
      size: this.#sizer.size,
      submit: () => this.#submit(table),
      release: () => this.#free.push(table),
    };
  }

  async #submit({ count, end, words, rows }: StepTable): Promise<FloatArray | undefined> {
    const { machine } = this.heap;
    const { metricsWidth } = this.plan;
    const [took, metrics] = await machine.ask(
      'run',
      this.#header,
      count,
      this.#threads,
      [
        [this.#steps, words.slice(0, (count * StepTable.size) / 4).buffer],
        [this.#permutation, rows.slice(0, end).buffer],
      ],
      [this.#metrics, 4 * count * metricsWidth],
    );
    this.#sizer.record(count, took, machine.chunkTime);
    return metricsWidth > 0 ? new Float32Array(metrics) : undefined;
  }

  dispose(): void {
    for (const block of this.#blocks) this.heap.free(block);
    this.onDispose();
  }

  #allocate(bytes: number): number {
    const block = this.heap.allocate(this.plan.name, bytes);
    this.#blocks.push(block);
    return block.start;
  }
}

/** Operations of a step's matrix products, and bytes that it moves. */
const workOfStep = (plan: Plan) =>
  plan.calls.map((call) => workOf(call, plan)).reduce((sum, { flops, bytes }) => sum + flops + bytes, 0);
