import { Presets, SingleBar } from 'cli-progress';
import type { TrainProgress } from './trainProtocol.ts';

/** A bar in the terminal, from the page's first report to its last step. */
export class ProgressBar {
  readonly #bar = new SingleBar(
    {
      format: '[{bar}] {percentage}% | epoch {epoch}/{epochs} | loss {loss} | {rate} steps/s',
      hideCursor: true,
      gracefulExit: true,
      noTTYOutput: true,
    },
    Presets.legacy,
  );

  show({ step, steps, epoch, epochs, loss, stepsPerSecond }: TrainProgress): void {
    const state = { epoch, epochs, loss: loss.toFixed(4), rate: stepsPerSecond.toFixed(0) };
    if (this.#bar.isActive) this.#bar.update(step, state);
    else this.#bar.start(steps, step, state);
    // What follows, evaluation and self-test, is no part of the training.
    if (step === steps) this.#bar.stop();
  }

  stop(): void {
    this.#bar.stop();
  }
}
