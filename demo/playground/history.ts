export interface Score {
  loss: number;
  accuracy: number;
}

/** A point of the curves. */
export interface Point {
  step: number;
  /** The mean over the steps since the point before. */
  train: Score | undefined;
  /** The latest test since the point before, if there was one. */
  test: Score | undefined;
}

/** What many steps left: a number a step. */
interface StepResults {
  count: number;
  loss: ArrayLike<number>;
  correct: ArrayLike<number>;
  rows: ArrayLike<number>;
}

/** An even number: when the curves are full, points merge in pairs. */
const mostPoints = 400;
const longestInterval = 20;

/**
 * The curves of a run. Points lie at multiples of an interval that doubles when there are many, so that a run of
 * any length stays quick to draw, and what is drawn follows from the run's steps alone, not from how fast it went.
 */
export class History {
  step = 0;
  points: Point[];
  /** The latest test, which may lie between two points. */
  test: Score;
  #interval: number;
  #open = { loss: 0, accuracy: 0, steps: 0 };

  constructor(stepsPerEpoch: number, untrained: Score) {
    this.#interval = Math.min(stepsPerEpoch, longestInterval);
    this.points = [{ step: 0, train: undefined, test: untrained }];
    this.test = untrained;
  }

  /** The latest training score. */
  get train(): Score | undefined {
    const { loss, accuracy, steps } = this.#open;
    return steps > 0 ? { loss: loss / steps, accuracy: accuracy / steps } : this.points.at(-1)?.train;
  }

  /** About `steps` steps, such that they end on a point. */
  align(steps: number): number {
    const interval = this.#interval;
    const first = Math.floor(this.step / interval) + 1;
    return Math.max(first, Math.round((this.step + steps) / interval)) * interval - this.step;
  }

  addSteps({ count, loss, correct, rows }: StepResults): void {
    for (let i = 0; i < count; i++) {
      this.#open.loss += loss[i];
      this.#open.accuracy += correct[i] / rows[i];
      this.#open.steps++;
      this.step++;
      if (this.step % this.#interval === 0) this.#closePoint();
    }
  }

  addTest(test: Score): void {
    this.test = test;
    const last = this.points.at(-1);
    if (last?.step === this.step) last.test = test;
  }

  #closePoint(): void {
    this.points.push({ step: this.step, train: this.train, test: undefined });
    this.#open = { loss: 0, accuracy: 0, steps: 0 };
    if (this.points.length > mostPoints) this.#mergePairs();
  }

  #mergePairs(): void {
    const [untrained, ...points] = this.points;
    const later = points.filter((_, i) => i % 2 === 1);
    this.points = [untrained, ...later.map((point, i) => merge(points[2 * i], point))];
    this.#interval *= 2;
  }
}

function merge(a: Point, b: Point): Point {
  return { step: b.step, train: mean(a.train, b.train), test: b.test ?? a.test };
}

function mean(a: Score | undefined, b: Score | undefined): Score | undefined {
  return a && b && { loss: (a.loss + b.loss) / 2, accuracy: (a.accuracy + b.accuracy) / 2 };
}
