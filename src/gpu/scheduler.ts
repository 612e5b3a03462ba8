/** Feeds a program: many steps a submission, a few submissions in flight, losses read back once for each. */
import { type Program, type RunOptions, readStepMetrics, type StepInput } from '../plan/executor.ts';
import type { Buffers } from './buffers.ts';
import { ChunkSizer } from './chunkSizer.ts';
import type { DeviceHealth } from './deviceHealth.ts';
import { type Chunk, type GpuProgram, metricsStride } from './program.ts';

/** Submissions in flight: enough for the device never to wait for the host, no more. */
const DEPTH = 3;
const TIMESTAMPS = 2;
const TIMESTAMP_BYTES = 8;

/** What a submission in flight needs for itself; there are `DEPTH` of them, used in turn. */
interface Lane {
  readonly staging: GPUBuffer;
  readonly querySet: GPUQuerySet | undefined;
  readonly resolved: GPUBuffer | undefined;
}

interface Flight {
  readonly lane: Lane;
  readonly chunk: Chunk;
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
    this.#stride = metricsStride(program.plan);
    this.#sizer = new ChunkSizer(program.plan.slots);
    this.#lanes = Array.from({ length: DEPTH }, () => this.#createLane());
  }

  get plan() {
    return this.program.plan;
  }

  async run(steps: Iterator<StepInput>, { signal, onStep }: RunOptions = {}): Promise<void> {
    const flights: Flight[] = [];
    let more = true;
    try {
      while (more || flights.length > 0) {
        while (more && flights.length < DEPTH && !signal?.aborted) {
          const chunk = this.program.load(steps, this.#sizer.size);
          more = chunk.steps > 0;
          if (more) flights.push(this.#submit(chunk));
        }
        const flight = flights.shift();
        if (!flight) break;
        await this.#finish(flight, onStep);
      }
    } finally {
      await Promise.allSettled(flights.map(({ mapped }) => mapped));
      for (const { lane } of flights) lane.staging.unmap();
    }
    signal?.throwIfAborted();
  }

  dispose(): void {
    for (const { staging, querySet, resolved } of this.#lanes) {
      this.buffers.destroy(staging);
      if (resolved) this.buffers.destroy(resolved);
      querySet?.destroy();
    }
    this.program.dispose();
  }

  #submit(chunk: Chunk): Flight {
    const lane = this.#lanes[this.#turn++ % DEPTH];
    const encoder = this.device.createCommandEncoder();
    const { querySet } = lane;
    const timestampWrites = querySet && { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    this.program.encode(pass, chunk.steps);
    pass.end();
    this.#encodeReadback(encoder, lane, chunk.steps);
    this.device.queue.submit([encoder.finish()]);
    const mapped = lane.staging.mapAsync(GPUMapMode.READ);
    mapped.catch(() => {}); // it is awaited in its turn: until then a failure is not unhandled
    return { lane, chunk, submitted: performance.now(), mapped };
  }

  /** The staging buffer holds the timestamps, then the chunk's rows of the metrics table. */
  #encodeReadback(encoder: GPUCommandEncoder, { staging, querySet, resolved }: Lane, steps: number): void {
    const header = TIMESTAMPS * TIMESTAMP_BYTES;
    if (querySet && resolved) {
      encoder.resolveQuerySet(querySet, 0, TIMESTAMPS, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, header);
    }
    const { metrics } = this.program;
    if (metrics) encoder.copyBufferToBuffer(metrics, 0, staging, header, steps * this.#stride);
  }

  async #finish({ lane, chunk, submitted, mapped }: Flight, onStep: RunOptions['onStep']): Promise<void> {
    const data = await this.health.read(lane.staging, mapped);
    this.#sizer.record(chunk.steps, this.#busyTime(data, submitted));
    if (!onStep || !this.program.metrics) return;
    const sums = new Float32Array(data, TIMESTAMPS * TIMESTAMP_BYTES);
    for (const [step, rows] of chunk.rows.entries()) {
      const called = onStep(readStepMetrics(sums, step, this.plan, rows));
      if (called) await called;
    }
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
