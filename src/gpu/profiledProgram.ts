/** Runs a program one submission at a time, with a pass and two timestamps for every dispatch. */
import { type Program, type RunOptions, readStepMetrics, type StepInput } from '../plan/executor.ts';
import type { Buffers } from './buffers.ts';
import type { DeviceHealth } from './deviceHealth.ts';
import type { Profiler } from './profiler.ts';
import { type GpuProgram, metricsStride } from './program.ts';

/** Timestamps that WebGPU lets a query set have. */
const MOST_TIMESTAMPS = 4096;
/** Steps in a submission: enough for its cost to be shared as it is in training without a profile. */
const STEPS = 64;

export class ProfiledProgram implements Program {
  readonly #steps: number;
  readonly #querySet: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;
  readonly #header: number;

  constructor(
    private readonly program: GpuProgram,
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    private readonly health: DeviceHealth,
    private readonly profiler: Profiler,
  ) {
    const { plan } = program;
    const timestamps = 2 * plan.calls.length;
    this.#steps = Math.max(1, Math.min(STEPS, plan.slots, Math.floor(MOST_TIMESTAMPS / timestamps)));
    const count = this.#steps * timestamps;
    this.#header = 8 * count;
    this.#querySet = device.createQuerySet({ type: 'timestamp', count });
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    this.#resolved = buffers.create('timestamps', this.#header, QUERY_RESOLVE | COPY_SRC);
    const bytes = this.#header + plan.slots * metricsStride(plan);
    this.#staging = buffers.create('readback', bytes, MAP_READ | COPY_DST);
  }

  get plan() {
    return this.program.plan;
  }

  async run(steps: Iterator<StepInput>, { signal, onStep }: RunOptions = {}): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const begin = performance.now();
      const chunk = this.program.load(steps, this.#steps);
      if (chunk.steps === 0) return;
      this.#submit(chunk.steps);
      const data = await this.health.read(this.#staging, this.#staging.mapAsync(GPUMapMode.READ));
      const dispatches = new BigUint64Array(data, 0, 2 * this.plan.calls.length * chunk.steps);
      this.profiler.record(this.plan, {
        steps: chunk.steps,
        dispatches,
        waited: performance.now() - begin,
      });
      if (!onStep || !this.program.metrics) continue;
      const sums = new Float32Array(data, this.#header);
      for (const [step, rows] of chunk.rows.entries()) {
        const called = onStep(readStepMetrics(sums, step, this.plan, rows));
        if (called) await called;
      }
    }
  }

  dispose(): void {
    this.#querySet.destroy();
    this.buffers.destroy(this.#resolved);
    this.buffers.destroy(this.#staging);
    this.program.dispose();
  }

  #submit(steps: number): void {
    const encoder = this.device.createCommandEncoder();
    this.program.encodeTimed(encoder, steps, this.#querySet);
    const timestamps = 2 * this.plan.calls.length * steps;
    encoder.resolveQuerySet(this.#querySet, 0, timestamps, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 8 * timestamps);
    const { metrics } = this.program;
    const bytes = steps * metricsStride(this.plan);
    if (metrics) encoder.copyBufferToBuffer(metrics, 0, this.#staging, this.#header, bytes);
    this.device.queue.submit([encoder.finish()]);
  }
}
