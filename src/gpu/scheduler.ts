/** Feeds a program: many steps a submission, a few submissions in flight, losses read back once for each. */
import {
  type Program,
  type RunOptions,
  readStepMetrics,
  type StepMetrics,
  type StepSource,
} from '../plan/executor.ts';
import type { Buffers } from './buffers.ts';
import { ChunkSizer } from './chunkSizer.ts';
import type { DeviceHealth } from './deviceHealth.ts';
import type { Chunk, GpuProgram } from './program.ts';

/** Submissions in flight: enough for the device never to wait for the host, no more. */
const DEPTH = 3;
/** Time that a submission may take, in ms: while a page is drawn, which waits for it, and while none is. */
const TARGET = { drawn: 12, hidden: 60, most: 250 };
const TIMESTAMPS = 2;
const TIMESTAMP_BYTES = 8;

/** What a submission in flight needs for itself; there are `DEPTH` of them, used in turn. */
interface Lane {
  readonly chunk: Chunk;
  readonly staging: GPUBuffer;
  readonly querySet: GPUQuerySet | undefined;
  readonly resolved: GPUBuffer | undefined;
}

interface Flight {
  readonly lane: Lane;
  /** To be read back. */
  readonly bytes: number;
  readonly submitted: number;
  readonly mapped: Promise<void>;
}

export class Scheduler implements Program {
  readonly #lanes: readonly Lane[];
  readonly #sizer: ChunkSizer;
  readonly #stride: number;
  #turn = 0;
  /** The shortest wait for a submission ever seen, in ms: what waiting itself costs on this device. */
  #latency = Number.POSITIVE_INFINITY;
  #lastFinish = 0;

  constructor(
    private readonly program: GpuProgram,
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    private readonly health: DeviceHealth,
  ) {
    this.#stride = 4 * program.plan.metricsWidth;
    this.#sizer = new ChunkSizer(program.plan.slots, 1);
    this.#lanes = Array.from({ length: DEPTH }, () => this.#createLane());
  }

  get plan() {
    return this.program.plan;
  }

  async run(steps: StepSource, { signal, onStep }: RunOptions = {}): Promise<StepMetrics | undefined> {
    const flights: Flight[] = [];
    let more = true;
    let last: StepMetrics | undefined;
    try {
      while (more || flights.length > 0) {
        while (more && flights.length < DEPTH && !signal?.aborted) {
          const lane = this.#lanes[this.#turn % DEPTH];
          more = this.program.load(steps, this.#sizer.size, lane.chunk);
          if (more) flights.push(this.#submit(lane));
        }
        const flight = flights.shift();
        if (!flight) break;
        last = await this.#finish(flight, onStep);
      }
    } finally {
      await Promise.allSettled(flights.map(({ mapped }) => mapped));
      for (const { lane } of flights) lane.staging.unmap();
    }
    signal?.throwIfAborted();
    return last;
  }

  dispose(): void {
    for (const { staging, querySet, resolved } of this.#lanes) {
      this.buffers.destroy(staging);
      if (resolved) this.buffers.destroy(resolved);
      querySet?.destroy();
    }
    this.program.dispose();
  }

  #submit(lane: Lane): Flight {
    this.#turn++;
    const { steps } = lane.chunk;
    const encoder = this.device.createCommandEncoder();
    const { querySet } = lane;
    const timestampWrites = querySet && { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    this.program.encode(pass, steps);
    pass.end();
    const bytes = this.#encodeReadback(encoder, lane);
    this.device.queue.submit([encoder.finish()]);
    const mapped = lane.staging.mapAsync(GPUMapMode.READ, 0, bytes);
    mapped.catch(() => {}); // it is awaited in its turn: until then a failure is not unhandled
    return { lane, bytes, submitted: performance.now(), mapped };
  }

  /** The staging buffer holds the timestamps, then the chunk's rows of the metrics table: so many bytes in all. */
  #encodeReadback(encoder: GPUCommandEncoder, { chunk, staging, querySet, resolved }: Lane): number {
    const header = TIMESTAMPS * TIMESTAMP_BYTES;
    if (querySet && resolved) {
      encoder.resolveQuerySet(querySet, 0, TIMESTAMPS, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, header);
    }
    const { metrics } = this.program;
    const bytes = chunk.steps * this.#stride;
    if (metrics) encoder.copyBufferToBuffer(metrics, 0, staging, header, bytes);
    return header + bytes;
  }

  /** Waits for a submission and reports its steps; gives the last one's metrics. */
  async #finish(
    { lane, bytes, submitted, mapped }: Flight,
    onStep: RunOptions['onStep'],
  ): Promise<StepMetrics | undefined> {
    const { steps, rows } = lane.chunk;
    const data = await this.health.read(lane.staging, mapped, bytes);
    this.#sizer.record(steps, this.#busyTime(data, submitted), this.#target());
    if (!this.program.metrics) return undefined;
    const sums = new Float32Array(data, TIMESTAMPS * TIMESTAMP_BYTES);
    let last: StepMetrics | undefined;
    for (let step = onStep ? 0 : steps - 1; step < steps; step++) {
      last = readStepMetrics(sums, step, this.plan, rows[step]);
      const called = onStep?.(last);
      if (called) await called;
    }
    return last;
  }

  /** The time to aim at: long enough for the submissions in flight to bridge the wait for one of them. */
  #target(): number {
    const isDrawn = typeof document !== 'undefined' && document.visibilityState === 'visible';
    return Math.min(Math.max(isDrawn ? TARGET.drawn : TARGET.hidden, this.#latency), TARGET.most);
  }

  /** Milliseconds that the device spent on a submission: by its own clock, or else by ours less the usual wait. */
  #busyTime(data: ArrayBuffer, submitted: number): number {
    const now = performance.now();
    const waited = now - Math.max(submitted, this.#lastFinish);
    this.#lastFinish = now;
    this.#latency = Math.min(this.#latency, now - submitted);
    const [begin, end] = new BigUint64Array(data, 0, TIMESTAMPS);
    const measured = Number(end - begin) / 1e6;
    return measured > 0 && measured <= waited + this.#latency ? measured : waited - this.#latency;
  }

  #createLane(): Lane {
    const { plan } = this.program;
    const header = TIMESTAMPS * TIMESTAMP_BYTES;
    const timed = this.device.features.has('timestamp-query');
    const resolveUsage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    return {
      chunk: this.program.createChunk(),
      staging: this.buffers.create(
        'readback',
        header + plan.slots * this.#stride,
        GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      ),
      querySet: timed ? this.device.createQuerySet({ type: 'timestamp', count: TIMESTAMPS }) : undefined,
      resolved: timed ? this.buffers.create('timestamps', header, resolveUsage) : undefined,
    };
  }
}
