import type { Status } from './conductor.ts';
import type { Run } from './run.ts';

export interface TransportActions {
  train(): void;
  pause(): void;
  step(): void;
  reset(): void;
}

const statusTexts: Record<Status, string> = {
  unset: 'Please correct the setting that is marked.',
  preparing: 'Preparing…',
  ready: 'Ready to train.',
  training: 'Training…',
  paused: 'Paused: the network is kept.',
  failed: '',
};

/** The buttons that move the training along, the counters, and the line that says how things stand. */
export class Transport {
  readonly #train: HTMLButtonElement;
  readonly #step: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  #status: Status = 'preparing';

  constructor(
    private readonly element: HTMLElement,
    actions: TransportActions,
  ) {
    [this.#train, this.#step, this.#reset] = element.querySelectorAll('button');
    this.#train.addEventListener('click', () => {
      if (this.#status === 'training') actions.pause();
      else actions.train();
    });
    this.#step.addEventListener('click', actions.step);
    this.#reset.addEventListener('click', actions.reset);
  }

  showStatus(status: Status, failure?: unknown): void {
    this.#status = status;
    const unusable = status === 'unset' || status === 'failed';
    this.#train.disabled = unusable;
    this.#step.disabled = unusable;
    this.#reset.disabled = status === 'unset';
    this.#train.dataset.action = status === 'training' ? 'pause' : 'train';
    this.#train.textContent = status === 'training' ? 'Pause' : 'Train';
    const line = this.#part('status');
    line.textContent =
      status === 'failed'
        ? `Training failed: ${messageOf(failure)} Reset opens the device anew.`
        : statusTexts[status];
    line.dataset.status = status;
  }

  showProgress(run: Run, stepsPerSecond: number): void {
    this.#part('step').textContent = run.step.toLocaleString('en-US');
    this.#part('epoch').textContent = run.epoch.toLocaleString('en-US', {
      maximumFractionDigits: run.epoch < 10 ? 1 : 0,
    });
    this.#part('speed').textContent = stepsPerSecond > 0 ? shortSpeed(stepsPerSecond) : '–';
  }

  #part(name: string): HTMLElement {
    return this.element.querySelector(`[data-value=${name}]`) as HTMLElement;
  }
}

const shortSpeed = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 3 });

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
