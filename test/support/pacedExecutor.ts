/** Executors of a known speed, on a clock that only their work moves: a test decides which of two is faster. */
import { onTestFinished, vi } from 'vitest';
import { ReferenceExecutor } from '../../src/cpu/reference.ts';
import type { StepValues } from '../../src/kernels/kernel.ts';
import type { Executor, Program, RunOptions, TensorMap } from '../../src/plan/executor.ts';
import type { Plan, TensorSpec } from '../../src/plan/plan.ts';
import type { StepSource } from '../../src/plan/steps.ts';

export class Clock {
  #now = 0;

  /** `performance.now()` tells this clock's time until the test ends. */
  constructor() {
    const spy = vi.spyOn(performance, 'now').mockImplementation(() => this.#now);
    onTestFinished(() => spy.mockRestore());
  }

  get now(): number {
    return this.#now;
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export interface Pace {
  backend?: Executor['backend'];
  /** Milliseconds that a step takes, that a run takes besides, and that a plan takes to be prepared. */
  step: number;
  run?: number;
  prepare?: number;
  /** Milliseconds more for a plan's first run. */
  first?: number;
  software?: boolean;
  /** Elements of a tensor. */
  room?: number;
  /** After how many runs it fails. */
  failsAfter?: number;
}

/** The reference, at the pace asked for. */
export class PacedExecutor implements Executor {
  readonly backend;
  readonly info;
  readonly maxTensorSize;
  /** Steps taken, and plans prepared. */
  steps = 0;
  plans = 0;
  #runs = 0;
  readonly #reference = new ReferenceExecutor();

  constructor(
    private readonly clock: Clock,
    private readonly pace: Pace,
  ) {
    this.backend = pace.backend ?? 'reference';
    this.maxTensorSize = pace.room ?? this.#reference.maxTensorSize;
    const isFallbackAdapter = pace.software ?? false;
    this.info = { ...this.#reference.info, vendor: 'paced', description: '', isFallbackAdapter };
  }

  allocate(spec: TensorSpec) {
    return this.#reference.allocate(spec);
  }

  async prepare(plan: Plan, tensors: TensorMap): Promise<Program> {
    this.plans++;
    this.clock.pass(this.pace.prepare ?? 0);
    const program = await this.#reference.prepare(plan, tensors);
    let first = this.pace.first ?? 0;
    return {
      plan,
      run: (steps, options) => {
        this.clock.pass(first);
        first = 0;
        return this.#run(program, steps, options);
      },
      dispose: () => program.dispose(),
    };
  }

  execute(plan: Plan, tensors: TensorMap, values: StepValues): Promise<void> {
    return this.#reference.execute(plan, tensors, values);
  }

  memory() {
    return this.#reference.memory();
  }

  dispose(): void {
    this.#reference.dispose();
  }

  #run(program: Program, steps: StepSource, options?: RunOptions) {
    if (this.#runs++ === this.pace.failsAfter) throw new Error('the GPU device was lost (unknown): oh');
    this.clock.pass(this.pace.run ?? 0);
    const source: StepSource = (table) => {
      const more = steps(table);
      if (more) {
        this.steps++;
        this.clock.pass(this.pace.step);
      }
      return more;
    };
    return program.run(source, options);
  }
}
