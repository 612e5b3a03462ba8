/**
 * Finds out which variant of a product is the fastest on this device, shape by shape, while training is under way: a
 * program starts with what is expected to be the fastest, and goes on with what was. All variants have the same bits.
 * What was the fastest on an earlier visit is compiled meanwhile as well: it may be long in coming.
 */
import type { Kernel } from '../kernels/kernel.ts';
import { printTable } from '../model/summary.ts';
import { type DeviceInfo, deviceName } from '../plan/executor.ts';
import type { KernelCall, Plan } from '../plan/plan.ts';
import { digest, keep, recall } from '../plan/storage.ts';
import type { Buffers } from './buffers.ts';
import { workgroups } from './dispatch.ts';
import type { LayeredWay } from './layeredWay.ts';
import type { PipelineManager } from './pipelines.ts';
import { type Candidate, type Estimate, Rehearsal } from './rehearsal.ts';
import { type Form, formsFor } from './variants.ts';

export interface TuneOptions {
  /** Milliseconds that the device may spend on measuring, in all. */
  readonly budget: number;
  /** Whether sums may be added up in another order than that of all other variants. */
  readonly anyOrder: boolean;
}

/** Whether the device computes the kernel as it should. */
export type Prove = (kernel: Kernel) => Promise<boolean>;

/** What was chosen for the products of one shape. */
export interface ShapeTuning {
  readonly kernel: string;
  /** Rows of the batch × inputs × units. */
  readonly shape: string;
  readonly chosen: string;
  /** `expected`: by a rule of thumb, until it is measured or comes from storage; `stored`: measured on an earlier visit. */
  readonly source: 'expected' | 'measured' | 'stored';
  /** Microseconds of each variant that was measured. */
  readonly microseconds: Readonly<Record<string, number>>;
}

/** Products smaller than that are over before a choice could matter, in floating-point operations. */
const TUNED = 1e6;
const ROUNDS = 3;
/** How much faster another variant must be: less is noise. */
const GAIN = 1.05;
/** How many times as slow as another a variant may seem after a round, to be timed in the next. */
const HOPELESS = 3;

interface Job {
  readonly key: string;
  readonly call: KernelCall;
  readonly plan: Plan;
  readonly forms: readonly Form[];
  /** Where the call is in plans that run it. */
  readonly users: { readonly way: LayeredWay; readonly index: number }[];
}

export class Tuner {
  readonly #shapes = new Map<string, ShapeTuning>();
  readonly #proofs = new Map<string, Promise<boolean>>();
  readonly #jobs = new Map<string, Job>();
  #left: number;
  #work: Promise<void> | undefined;

  constructor(
    private readonly device: GPUDevice,
    private readonly buffers: Buffers,
    private readonly pipelines: PipelineManager,
    private readonly info: DeviceInfo,
    private readonly prove: Prove,
    private readonly options: TuneOptions,
  ) {
    this.#left = options.budget;
  }

  get report(): Tuning {
    // In an order of its own: what is known comes in as storage and digests answer.
    const shapes = [...this.#shapes].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Tuning(shapes.map(([, shape]) => shape));
  }

  /** The plan with each product in the form that was found or is expected to be the fastest, of those that are right. */
  async applyTo(plan: Plan): Promise<Plan> {
    const calls = plan.calls.map(async (call) => {
      const forms = this.#formsFor(call);
      return forms.length > 0 ? { ...call, kernel: (await this.#choose(call, forms)).kernel } : call;
    });
    return { ...plan, calls: await Promise.all(calls) };
  }

  /** Finds out, in the background, what is not known of the calls of this plan, and swaps what runs them. */
  tune(plan: Plan, way?: LayeredWay): Promise<void> {
    for (const [index, call] of plan.calls.entries()) {
      const key = keyOf(call);
      if (this.#shapes.get(key)?.source !== 'expected' || call.kernel.flops!(call.constants) < TUNED)
        continue;
      const job = this.#jobs.get(key) ?? { key, call, plan, forms: this.#formsFor(call), users: [] };
      if (way) job.users.push({ way, index });
      this.#jobs.set(key, job);
    }
    // A device that fails is told to those who train on it.
    this.#work ??= this.#settleAll().catch(() => {});
    return this.#work;
  }

  /** The plan with each product in the form that is the fastest: this waits for what `tune` does meanwhile. */
  async settle(plan: Plan): Promise<Plan> {
    await this.applyTo(plan);
    await this.tune(plan);
    return this.applyTo(plan);
  }

  dispose(): void {
    this.#left = 0;
  }

  #formsFor(call: KernelCall): Form[] {
    return formsFor(call, this.info, this.options.anyOrder);
  }

  async #choose(call: KernelCall, forms: readonly Form[]): Promise<Form> {
    const key = keyOf(call);
    const known = this.#shapes.get(key)?.chosen;
    const chosen = forms.find(({ name }) => name === known) ?? (await this.#firstProven(forms));
    if (!known) {
      const kernel = call.kernel.shader.name;
      const expected = { source: 'expected', microseconds: {} } as const;
      this.#shapes.set(key, { kernel, shape: shapeOf(call), chosen: chosen.name, ...expected });
    }
    return chosen;
  }

  /** The kernel itself needs no proof: it is what the others are held against. */
  async #firstProven(forms: readonly Form[]): Promise<Form> {
    for (const form of forms) if (await this.#isProven(form)) return form;
    return forms[0];
  }

  #isProven({ kernel }: Form): Promise<boolean> {
    const { name } = kernel.shader;
    const proof =
      this.#proofs.get(name) ??
      (kernel.variants?.length ? Promise.resolve(true) : this.prove(kernel).catch(() => false));
    this.#proofs.set(name, proof);
    return proof;
  }

  async #settleAll(): Promise<void> {
    try {
      for (const job of this.#jobs.values()) {
        if (this.#left > 0) await this.#settle(job);
        this.#jobs.delete(job.key);
      }
    } finally {
      this.#work = undefined;
    }
  }

  /** By what is in storage, or by a comparison, whose winner goes there. */
  async #settle(job: Job): Promise<void> {
    const code = await digest(job.forms.map(({ kernel }) => kernel.shader.code).join());
    const place = `tuning of ${job.key} on ${deviceName(this.info)}, ${code}`;
    const stored = await recall(place);
    const known = job.forms.find(({ name }) => name === stored);
    if (known) return this.#use(job, known, await this.#compile(known, job.call), 'stored', {});
    const winner = await this.#compare(job);
    if (winner) await keep(place, winner.name);
  }

  async #compare(job: Job): Promise<Form | undefined> {
    const { call, plan, forms } = job;
    const candidates = new Map<Form, Candidate>();
    for (const form of forms) {
      if (await this.#isProven(form)) candidates.set(form, await this.#compile(form, call));
    }
    if (candidates.size < 2) return undefined;
    const times = await this.#time(call, plan, candidates);
    if (!times) return undefined;
    const [first, ...others] = forms.filter((form) => times.has(form));
    const best = others.reduce((a, b) => (GAIN * times.get(b)! < times.get(a)! ? b : a), first);
    const microseconds = Object.fromEntries([...times].map(([{ name }, ms]) => [name, 1e3 * ms]));
    this.#use(job, best, candidates.get(best)!, 'measured', microseconds);
    return best;
  }

  #use(
    { key, users }: Job,
    { name: chosen, kernel }: Form,
    { pipeline }: Candidate,
    source: ShapeTuning['source'],
    microseconds: ShapeTuning['microseconds'],
  ): void {
    for (const { way, index } of users) way.use(index, kernel, pipeline);
    this.#shapes.set(key, { ...this.#shapes.get(key)!, chosen, source, microseconds });
  }

  async #compile({ kernel }: Form, { constants }: KernelCall): Promise<Candidate> {
    const pipeline = await this.pipelines.get(kernel.shader, constants);
    const [across, down] = workgroups(kernel, kernel.threads(constants), Number.POSITIVE_INFINITY);
    return { pipeline, groups: across * down };
  }

  /** Milliseconds of each, the shortest of some rounds in which they take turns; none when the budget is spent. */
  async #time(call: KernelCall, plan: Plan, candidates: ReadonlyMap<Form, Candidate>) {
    const rehearsal = new Rehearsal(this.device, this.buffers, this.pipelines, call, plan);
    const times = new Map<Form, number>();
    const turn = async <T>(measure: Promise<T>): Promise<T> => {
      const before = rehearsal.spent;
      const result = await measure;
      this.#left -= rehearsal.spent - before;
      // Leaves training at least as much time as it takes.
      await new Promise((resolve) => setTimeout(resolve, rehearsal.spent - before));
      return result;
    };
    try {
      const estimates = new Map<Form, Estimate>();
      for (const [form, candidate] of candidates) {
        const estimate = await turn(rehearsal.calibrate(candidate));
        estimates.set(form, estimate);
        times.set(form, estimate.milliseconds);
      }
      for (let round = 0; round < ROUNDS; round++) {
        const bound = round > 0 ? HOPELESS * Math.min(...times.values()) : Number.POSITIVE_INFINITY;
        for (const [form, candidate] of candidates) {
          if (this.#left <= 0) return undefined;
          if (times.get(form)! > bound) continue;
          const time = await turn(rehearsal.time(candidate, estimates.get(form)!));
          times.set(form, Math.min(time, times.get(form)!));
        }
      }
      return times;
    } finally {
      rehearsal.dispose();
    }
  }
}

const shapeOf = ({ constants: { M, K, N } }: KernelCall) => `${M} × ${K} × ${N}`;

/** The same for calls of a kernel, or of a variant of it, that are equally fast. */
const keyOf = (call: KernelCall) => `${call.kernel.shader.name.split(',')[0]} ${shapeOf(call)}`;

/** What was chosen, as data and as a table. */
export class Tuning {
  /** @internal */
  constructor(readonly shapes: readonly ShapeTuning[]) {}

  toString(): string {
    const rows = this.shapes.map(({ kernel, shape, chosen, source, microseconds }) => [
      ...[kernel, shape, chosen, source],
      Object.entries(microseconds)
        .map(([name, time]) => `${name} ${time.toFixed(0)}`)
        .join(', '),
    ]);
    return printTable(['kernel', 'batch × inputs × units', 'chosen', 'how', 'µs'], rows);
  }
}
