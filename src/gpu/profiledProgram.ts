/** Runs a program one submission at a time, with a pass and two timestamps for every dispatch. */
import type { Program, RunOptions } from '../plan/executor.ts';
import { type Chunk, feed } from '../plan/feed.ts';
import { StepResults, type StepSource, type StepTable } from '../plan/steps.ts';
import type { Buffers } from './buffers.ts';
import type { DeviceHealth } from './deviceHealth.ts';
import type { LayeredWay } from './layeredWay.ts';
import { PassTimer } from './passTimer.ts';
import type { Profiler } from './profiler.ts';
import type { GpuProgram } from './program.ts';

/** Steps in a submission: enough for its cost to be shared as it is in training without a profile. */
const STEPS = 64;

export class ProfiledProgram implements Program {
  readonly depth = 1;
  readonly most = 1;
  readonly results: StepResults;
  readonly #steps: number;
  readonly #timer: PassTimer;
  readonly #staging: GPUBuffer;
  readonly #header: number;
  readonly #table: StepTable;

  constructor(
    private readonly program: GpuProgram,
    private readonly way: LayeredWay,
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    private readonly health: DeviceHealth,
    private readonly profiler: Profiler,
  ) {
    const { plan } = program;
    const calls = plan.calls.length;
    this.#steps = Math.max(1, Math.min(STEPS, plan.slots, Math.floor(PassTimer.most / calls)));
    this.#timer = new PassTimer(device, buffers, this.#steps * calls);
    this.#header = PassTimer.bytes(this.#steps * calls);
    const bytes = this.#header + plan.slots * 4 * plan.metricsWidth;
    this.#staging = buffers.create('readback', bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    this.#table = way.createTable();
    this.results = new StepResults(plan);
  }

  get plan() {
    return this.program.plan;
  }

  run(source: StepSource, options?: RunOptions): Promise<number> {
    return feed(this, source, options);
  }

  nextChunk(): Chunk {
    return { table: this.#table, size: this.#steps, submit: () => this.#submit(), release: () => {} };
  }

  dispose(): void {
    this.#timer.dispose();
    this.buffers.destroy(this.#staging);
    this.way.dispose();
    this.program.dispose();
  }

  async #submit(): Promise<Float32Array | undefined> {
    const begin = performance.now();
    const table = this.#table;
    const steps = table.count;
    this.program.writeRows(table);
    this.way.write(table);
    this.#encode(steps);
    const data = await this.health.read(this.#staging, this.#staging.mapAsync(GPUMapMode.READ));
    const dispatches = PassTimer.read(data, this.plan.calls.length * steps);
    this.profiler.record(this.plan, { steps, dispatches, waited: performance.now() - begin });
    return this.program.metrics && new Float32Array(data, this.#header);
  }

  #encode(steps: number): void {
    const encoder = this.device.createCommandEncoder();
    this.way.encodeTimed(encoder, steps, this.#timer);
    this.#timer.encode(encoder, this.#staging, this.plan.calls.length * steps);
    const { metrics } = this.program;
    const bytes = steps * 4 * this.plan.metricsWidth;
    if (metrics) encoder.copyBufferToBuffer(metrics, 0, this.#staging, this.#header, bytes);
    this.device.queue.submit([encoder.finish()]);
  }
}
