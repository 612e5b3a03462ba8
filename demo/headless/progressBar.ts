import { Presets, SingleBar } from 'cli-progress';

/** A bar in the terminal, from the page's first report until it is full. */
export class ProgressBar {
  readonly #bar: SingleBar;

  /** `state`: what stands beside the bar, with names in braces. */
  constructor(state: string) {
    const format = `[{bar}] {percentage}% | ${state}`;
    this.#bar = new SingleBar(
      { format, hideCursor: true, gracefulExit: true, noTTYOutput: true },
      Presets.legacy,
    );
  }

  show(done: number, all: number, state: Record<string, string | number>): void {
    if (this.#bar.isActive) this.#bar.update(done, state);
    else this.#bar.start(all, done, state);
    if (done === all) this.#bar.stop();
  }

  stop(): void {
    this.#bar.stop();
  }
}
