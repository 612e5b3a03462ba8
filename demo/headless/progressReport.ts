import type { Callbacks } from '../../src/index.ts';

const interval = 100;

/** Tells the command how far the page is, ten times a second at most. */
export class ProgressReport {
  readonly #started = performance.now();
  #shown = this.#started;
  #step = 0;
  #loss = Number.NaN;

  constructor(
    private readonly steps: number,
    private readonly epochs: number,
  ) {}

  /** For every `fit` that the steps are taken in. */
  readonly callbacks: Callbacks = {
    logsOnly: true,
    // Not awaited: training does not wait for the terminal.
    onBatchEnd: (_batch, logs) => {
      this.#step++;
      this.#loss = logs.loss;
      if (performance.now() - this.#shown > interval) this.show();
    },
  };

  show(): Promise<void> {
    this.#shown = performance.now();
    return window.showProgress({
      step: this.#step,
      steps: this.steps,
      epoch: Math.ceil((this.#step / this.steps) * this.epochs),
      epochs: this.epochs,
      loss: this.#loss,
      stepsPerSecond: (1000 * this.#step) / (this.#shown - this.#started),
    });
  }
}
