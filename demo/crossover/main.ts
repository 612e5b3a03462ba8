import '../playground/style.css';
import '../bench/style.css';
import './style.css';
import { openBadge } from '../bench/badge.ts';
import { onThemeChange } from '../playground/theme.ts';
import { CrossoverMap, describeCell } from './map.ts';
import { type CrossoverOptions, type CrossoverResult, crossoverDefaults } from './result.ts';
import { sweep } from './sweep.ts';

const form = document.getElementById('controls') as HTMLFormElement;
const button = form.querySelector('.primary') as HTMLButtonElement;
const progress = form.querySelector('progress') as HTMLProgressElement;
const status = form.querySelector('.status') as HTMLElement;
const saves = form.querySelectorAll<HTMLButtonElement>('[data-save]');
const caption = document.getElementById('cell') as HTMLElement;
const canvas = document.getElementById('map') as HTMLCanvasElement;
const map = new CrossoverMap(canvas);

let result: CrossoverResult | undefined;
/** Of the measurement that runs. */
let stop: AbortController | undefined;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const factor = Number(new FormData(form).get('factor'));
  if (stop) stop.abort(new Error('Stopped.'));
  else measure({ ...crossoverDefaults, factor }).catch(() => {});
});

canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
  const cell = map.cellAt(offsetX, offsetY);
  if (cell) caption.textContent = describeCell(cell);
});

for (const save of saves) {
  save.addEventListener('click', () => {
    const link = document.createElement('a');
    const isImage = save.dataset.save === 'png';
    link.download = `crossover.${save.dataset.save}`;
    link.href = isImage ? canvas.toDataURL() : `data:application/json,${encodeURIComponent(toJSON())}`;
    link.click();
  });
}

onThemeChange(() => map.draw());

// The headless command's way in.
window.crossover = measure;
window.crossoverImage = () => canvas.toDataURL();

const toJSON = () => JSON.stringify(result, null, 2);

async function measure(options: CrossoverOptions): Promise<CrossoverResult> {
  stop = new AbortController();
  showRunning(true);
  try {
    return await sweep(options, showProgress, stop.signal);
  } catch (error) {
    status.textContent = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    stop = undefined;
    showRunning(false);
  }
}

function showProgress(latest: CrossoverResult, done: number, doing: string): void {
  result = latest;
  progress.value = done;
  status.textContent = `${doing[0].toUpperCase()}${doing.slice(1)}`;
  canvas.hidden = false;
  map.show(latest);
  canvas.ariaLabel = `The map. ${latest.cells.map(describeCell).join('. ')}.`;
  window.showProgress?.(done, doing);
}

function showRunning(running: boolean): void {
  button.dataset.action = running ? 'stop' : 'measure';
  button.textContent = running ? 'Stop' : 'Measure';
  for (const input of form.querySelectorAll('input')) input.disabled = running;
  for (const save of saves) save.disabled = running || !result;
  if (running) caption.textContent = 'Point at a cell for its times.';
}

openBadge();
