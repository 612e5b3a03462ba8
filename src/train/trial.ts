/** How long steps take on an executor: they are taken on a copy of a training, and thrown away. */
import type { LabelledRows } from '../data/rows.ts';
import type { Network } from '../model/network.ts';
import type { Executor } from '../plan/executor.ts';
import type { StepResults } from '../plan/steps.ts';
import { Session, type TrainingState } from './session.ts';
import { Trainer, type TrainerSettings } from './trainer.ts';

/** A turn of the first takes this long at least, in ms; it is one of so many, or of fewer once they took that long. */
const TURN = 12;
const TURNS = 2;
const ENOUGH = 50;
/** A step of that many ms tells enough by itself: what a run costs besides is little. */
const LONG = 25;
const MOST_STEPS = 2 ** 16;
/** No step takes less, in ms. */
const LEAST = 1e-6;

export class Trial {
  /** The least that a run of a single step has taken, in ms: most of it may be what a run costs, whatever its length. */
  single = Number.POSITIVE_INFINITY;

  private constructor(
    private readonly session: Session,
    private readonly trainer: Trainer,
  ) {}

  /** Takes one step, so that all is compiled. */
  static async open(
    executor: Executor,
    network: Network,
    state: TrainingState,
    rows: LabelledRows,
    settings: TrainerSettings,
  ): Promise<Trial> {
    const session = new Session(network, executor, state);
    let trainer: Trainer | undefined;
    try {
      trainer = await Trainer.create(session, rows, settings);
      const trial = new Trial(session, trainer);
      await trial.time(1);
      return trial;
    } catch (error) {
      trainer?.dispose();
      session.dispose();
      throw error;
    }
  }

  /** Milliseconds that so many steps take; after `limit` of them it is given up, and told from those that are done. */
  async time(steps: number, limit = Number.POSITIVE_INFINITY): Promise<number> {
    const giveUp = new AbortController();
    const started = performance.now();
    let done = 0;
    const onSteps = ({ count }: StepResults) => {
      done += count;
      if (performance.now() - started > limit) giveUp.abort();
    };
    await this.trainer.run(steps, { signal: giveUp.signal, onSteps }).catch((error) => {
      if (!giveUp.signal.aborted) throw error;
    });
    const time = ((performance.now() - started) * steps) / done;
    if (steps === 1) this.single = Math.min(this.single, time);
    return time;
  }

  /** Milliseconds a step, from a run of so many: what each after the first has added. */
  perStep(time: number, steps: number): number {
    return Math.max(LEAST, steps === 1 ? time : (time - this.single) / (steps - 1));
  }

  dispose(): void {
    this.trainer.dispose();
    this.session.dispose();
  }
}

/** Milliseconds a step: of more and more steps, until they take long enough to tell. */
export async function timeAlone(trial: Trial): Promise<number> {
  if (trial.single < LONG) await trial.time(1);
  let steps = 1;
  let time = trial.single;
  while (time < TURN / 2 && steps < MOST_STEPS) {
    steps *= 4;
    time = await trial.time(steps);
  }
  return trial.perStep(time, steps);
}

/**
 * Milliseconds a step of each of two, of which the first takes about `step`. Neither computes while the other does, and
 * what slows the machine for a while slows both.
 */
export async function takeTurns(first: Trial, second: Trial, step: number): Promise<[number, number]> {
  const oneTells = step >= LONG && second.single < 2 * step;
  // The first run may have compiled something: no measure of what runs cost besides their steps.
  if (!oneTells) await second.time(1);
  const enough = Math.max(2, Math.ceil(Math.max(TURN, second.single) / step));
  const steps = oneTells ? 1 : Math.min(MOST_STEPS, enough);
  const best: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const started = performance.now();
  for (let turn = 0; turn < TURNS && performance.now() - started < ENOUGH; turn++) {
    const time = await first.time(steps);
    best[0] = Math.min(best[0], first.perStep(time, steps));
    // Whoever takes longer has lost, and need not go on.
    const other = await second.time(steps, time + second.single);
    best[1] = Math.min(best[1], second.perStep(other, steps));
  }
  return best;
}
