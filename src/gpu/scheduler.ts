/** Feeds a program: many steps a submission, a few submissions in flight, losses read back once for each. */
import type { Program, RunOptions } from '../plan/executor.ts';
import { type Chunk, feed } from '../plan/feed.ts';
import { StepResults, type StepSource, type StepTable } from '../plan/steps.ts';
import type { Buffers } from './buffers.ts';
import type { DeviceHealth } from './deviceHealth.ts';
import { PassTimer } from './passTimer.ts';
import type { GpuProgram } from './program.ts';
import type { Way } from './way.ts';
import type { TimedWay, Ways } from './ways.ts';

/** Submissions in flight: enough for the device never to wait for the host, no more; and of small ones. */
const DEPTH = 3;
const MOST = 12;
/** Time that a submission may take, in ms: while a page is drawn, which waits for it, and while none is. */
const TARGET = { drawn: 12, hidden: 60, most: 250 };
/** Bytes of the times that a staging buffer begins with. */
const HEADER = PassTimer.bytes();

/** What a submission in flight needs for itself. */
interface Lane {
  /** A table for each way that has been taken. */
  readonly tables: Map<Way, StepTable>;
  readonly staging: GPUBuffer;
  readonly timer: PassTimer | undefined;
}

export class Scheduler implements Program {
  readonly depth = DEPTH;
  readonly most = MOST;
  readonly results: StepResults;
  /** One until the first submission is on its way, then at least as many as whole ones may be. */
  readonly #lanes: Lane[] = [];
  /** Those that are not on their way. */
  readonly #free: Lane[] = [];
  readonly #stride: number;
  /** The shortest wait for a submission ever seen, in ms: what waiting itself costs on this device. */
  #latency = Number.POSITIVE_INFINITY;
  #lastFinish = 0;

  constructor(
    private readonly program: GpuProgram,
    private readonly ways: Ways,
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    private readonly health: DeviceHealth,
  ) {
    this.#stride = 4 * program.plan.metricsWidth;
    this.results = new StepResults(program.plan);
  }

  get plan() {
    return this.program.plan;
  }

  run(source: StepSource, options?: RunOptions): Promise<number> {
    return feed(this, source, options);
  }

  nextChunk(): Chunk {
    const lane = this.#free.pop() ?? this.#createLane();
    const timed = this.ways.next;
    const table = tableFor(lane, timed.way);
    return {
      table,
      size: timed.sizer.size,
      submit: () => this.#submit(lane, table, timed),
      release: () => this.#free.push(lane),
    };
  }

  dispose(): void {
    for (const { staging, timer } of this.#lanes) {
      this.buffers.destroy(staging);
      timer?.dispose();
    }
    this.ways.dispose();
    this.program.dispose();
  }

  async #submit(lane: Lane, table: StepTable, timed: TimedWay): Promise<Float32Array | undefined> {
    this.program.writeRows(table);
    timed.way.write(table);
    const encoder = this.device.createCommandEncoder();
    timed.way.encode(encoder, table.count, lane.timer);
    const bytes = this.#encodeReadback(encoder, lane, table.count);
    this.device.queue.submit([encoder.finish()]);
    const submitted = performance.now();
    while (this.#lanes.length < DEPTH) this.#free.push(this.#createLane());
    const data = await this.health.read(
      lane.staging,
      lane.staging.mapAsync(GPUMapMode.READ, 0, bytes),
      bytes,
    );
    this.ways.record(timed, table.count, this.#busyTime(data, submitted), this.#target());
    return this.program.metrics && new Float32Array(data, HEADER);
  }

  /** The staging buffer holds the times, then the chunk's rows of the metrics table: so many bytes in all. */
  #encodeReadback(encoder: GPUCommandEncoder, { staging, timer }: Lane, steps: number): number {
    timer?.encode(encoder, staging);
    const { metrics } = this.program;
    const bytes = steps * this.#stride;
    if (metrics) encoder.copyBufferToBuffer(metrics, 0, staging, HEADER, bytes);
    return HEADER + bytes;
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
    const measured = PassTimer.milliseconds(data);
    return measured > 0 && measured <= waited + this.#latency ? measured : waited - this.#latency;
  }

  #createLane(): Lane {
    const { plan } = this.program;
    const lane = {
      tables: new Map(),
      staging: this.buffers.create(
        'readback',
        HEADER + plan.slots * this.#stride,
        GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      ),
      timer: PassTimer.where(this.device, this.buffers),
    };
    this.#lanes.push(lane);
    return lane;
  }
}

function tableFor({ tables }: Lane, way: Way): StepTable {
  const table = tables.get(way) ?? way.createTable();
  tables.set(way, table);
  return table;
}
