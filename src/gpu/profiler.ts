/** Where a device's time goes: what every kernel took, and what was lost between kernels and around submissions. */
import { printTable } from '../model/summary.ts';
import type { KernelCall, Plan } from '../plan/plan.ts';
import { workOf } from '../plan/work.ts';

/** A kernel call of a plan, over all the times that it ran. */
export interface KernelProfile {
  readonly plan: string;
  readonly kernel: string;
  /** What it wrote: the tensor's name tells the layer. */
  readonly output: string;
  readonly calls: number;
  readonly milliseconds: number;
  /** Share of the time that all kernels took. */
  readonly share: number;
  /** Of matrix products; 0 for kernels that compute none. */
  readonly gigaflopsPerSecond: number;
  /** Of the numbers that the formula reads and writes, each counted once. */
  readonly gigabytesPerSecond: number;
}

/** One event of a Chrome trace: `ts` and `dur` in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: 'X';
  readonly ts: number;
  readonly dur: number;
  readonly pid: 0;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** When each dispatch of a submission began and ended, in nanoseconds of the device's clock. */
export interface SubmissionTimes {
  readonly steps: number;
  /** Begin and end of each dispatch, step by step. */
  readonly dispatches: BigUint64Array;
  /** Milliseconds from recording the submission to knowing that it has finished. */
  readonly waited: number;
}

/** Events kept for the trace: a file that a viewer still opens. */
const MOST_EVENTS = 50_000;

interface Total {
  readonly plan: Plan;
  readonly call: KernelCall;
  calls: number;
  nanoseconds: number;
}

export class Profiler {
  readonly #totals = new Map<KernelCall, Total>();
  readonly #events: TraceEvent[] = [];
  #start: bigint | undefined;
  #steps = 0;
  #milliseconds = 0;

  record(plan: Plan, { steps, dispatches, waited }: SubmissionTimes): void {
    this.#steps += steps;
    this.#milliseconds += waited;
    this.#start ??= dispatches[0];
    for (let i = 0; i < steps * plan.calls.length; i++) {
      const call = plan.calls[i % plan.calls.length];
      const [begin, end] = [dispatches[2 * i], dispatches[2 * i + 1]];
      const total = this.#totals.get(call) ?? { plan, call, calls: 0, nanoseconds: 0 };
      this.#totals.set(call, total);
      total.calls++;
      total.nanoseconds += Number(end - begin);
      if (this.#events.length < MOST_EVENTS) this.#events.push(this.#event(plan, call, begin, end));
    }
  }

  /** What was recorded so far. */
  report(): Profile {
    const totals = [...this.#totals.values()];
    const busy = totals.reduce((sum, { nanoseconds }) => sum + nanoseconds / 1e6, 0);
    const kernels = totals.map((total) => profileOf(total, busy));
    return new Profile(kernels, this.#steps, this.#milliseconds, busy, this.#events.slice());
  }

  #event(plan: Plan, call: KernelCall, begin: bigint, end: bigint): TraceEvent {
    const ts = Number(begin - (this.#start ?? begin)) / 1e3;
    const dur = Number(end - begin) / 1e3;
    const args = { output: outputOf(call), ...call.constants };
    return { name: call.kernel.shader.name, cat: plan.name, ph: 'X', ts, dur, pid: 0, tid: 0, args };
  }
}

function profileOf({ plan, call, calls, nanoseconds }: Total, busy: number): KernelProfile {
  const { flops, bytes } = workOf(call, plan);
  const perNanosecond = (work: number) => (nanoseconds > 0 ? (work * calls) / nanoseconds : 0);
  return {
    plan: plan.name,
    kernel: call.kernel.shader.name,
    output: outputOf(call),
    calls,
    milliseconds: nanoseconds / 1e6,
    share: busy > 0 ? nanoseconds / 1e6 / busy : 0,
    gigaflopsPerSecond: perNanosecond(flops),
    gigabytesPerSecond: perNanosecond(bytes),
  };
}

function outputOf({ kernel, tensors }: KernelCall): string {
  const { bindings } = kernel.shader;
  return tensors[Object.keys(tensors).find((name) => bindings[name].access === 'read_write') ?? ''] ?? '';
}

/** Time by kernel, as data, as a table and as a trace. */
export class Profile {
  /** @internal */
  constructor(
    /** Every kernel call of every plan that ran. */
    readonly kernels: readonly KernelProfile[],
    readonly steps: number,
    /** From recording each submission to its end, added up. */
    readonly milliseconds: number,
    /** The part of it that kernels ran. */
    readonly kernelMilliseconds: number,
    private readonly events: readonly TraceEvent[],
  ) {}

  /** The share of the time in which no kernel ran: encoding, gaps between dispatches, waiting and reading back. */
  get overhead(): number {
    return this.milliseconds > 0 ? Math.max(0, 1 - this.kernelMilliseconds / this.milliseconds) : 0;
  }

  /** A file for `chrome://tracing` or Perfetto. */
  toChromeTrace(): string {
    return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: this.events });
  }

  /** The kernels, slowest first. */
  toString(): string {
    const heading = ['plan', 'kernel', 'output', 'calls', 'ms', 'share', 'µs/call', 'GFLOP/s', 'GB/s'];
    const rows = [...this.kernels]
      .sort((a, b) => b.milliseconds - a.milliseconds)
      .map((k) => [
        ...[k.plan, k.kernel, k.output, String(k.calls), k.milliseconds.toFixed(2), percent(k.share)],
        ((1e3 * k.milliseconds) / k.calls).toFixed(1),
        k.gigaflopsPerSecond > 0 ? k.gigaflopsPerSecond.toFixed(2) : '',
        k.gigabytesPerSecond.toFixed(2),
      ]);
    const perStep = (1e3 * this.milliseconds) / Math.max(1, this.steps);
    const summary = `${this.steps} steps, ${perStep.toFixed(1)} µs each, of which ${percent(this.overhead)} overhead`;
    return `${printTable(heading, rows)}\n${summary}`;
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
