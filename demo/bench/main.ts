import '../playground/style.css';
import './style.css';
import { openBadge } from './badge.ts';
import { runBenchmark } from './benchmark.ts';
import { type BenchOptions, type BenchResult, benchDefaults } from './result.ts';
import { drawResult } from './resultView.ts';
import type { WorkloadName } from './workload.ts';

const form = document.getElementById('controls') as HTMLFormElement;
const results = document.getElementById('results') as HTMLElement;
const button = form.querySelector('button') as HTMLButtonElement;
const progress = form.querySelector('progress') as HTMLProgressElement;
const status = form.querySelector('.status') as HTMLElement;

/** Of the measurement that runs. */
let stop: AbortController | undefined;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const options = readForm();
  if (stop) stop.abort(new Error('Stopped.'));
  else if (options.workloads.length === 0) showStatus('Choose a network.');
  else measure(options).catch(() => {});
});

// The headless command's way in.
window.bench = measure;

function readForm(): BenchOptions {
  const data = new FormData(form);
  return {
    workloads: data.getAll('workload') as WorkloadName[],
    peers: data.has('peers'),
    fits: false,
    ...benchDefaults,
  };
}

async function measure(options: BenchOptions): Promise<BenchResult> {
  stop = new AbortController();
  showRunning(true);
  try {
    return await runBenchmark(options, showProgress, stop.signal);
  } catch (error) {
    showStatus(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    stop = undefined;
    showRunning(false);
  }
}

function showProgress(result: BenchResult, done: number, doing: string): void {
  progress.value = done;
  showStatus(`${doing[0].toUpperCase()}${doing.slice(1)}`);
  results.replaceChildren(...drawResult(result));
  window.showProgress?.(done, doing);
}

function showStatus(text: string): void {
  status.textContent = text;
}

function showRunning(running: boolean): void {
  button.dataset.action = running ? 'stop' : 'measure';
  button.textContent = running ? 'Stop' : 'Measure';
  for (const input of form.querySelectorAll('input')) input.disabled = running;
}

openBadge();
