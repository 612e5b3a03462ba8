import 'uplot/dist/uPlot.min.css';
import './style.css';
import { showBadge } from './badge.ts';
import { type Audience, Conductor } from './conductor.ts';
import { Controls } from './controls.ts';
import { Curve } from './curve.ts';
import { DigitsView } from './digitsView.ts';
import type { Problem } from './problem.ts';
import { type DataName, readHash, readSettings, type Settings, writeHash } from './settings.ts';
import { SurfaceView } from './surfaceView.ts';
import { onThemeChange } from './theme.ts';
import { Transport } from './transport.ts';

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

const surface = new SurfaceView(element('surface'));
const digits = new DigitsView(element('digits'));
const curves = [
  new Curve(element('loss'), {
    metric: 'loss',
    format: formatLoss,
    formatTick: (loss) => `${+loss.toPrecision(3)}`,
  }),
  new Curve(element('accuracy'), {
    metric: 'accuracy',
    most: 1,
    format: (share) => `${(100 * share).toFixed(1)} %`,
    formatTick: (share) => `${(100 * share).toFixed(0)} %`,
  }),
];
const viewOf = ({ inputs }: Problem) => (inputs === 2 ? surface : digits);

const audience: Audience = {
  showStatus: (status, failure) => transport.showStatus(status, failure),
  showRuntime: (runtime) => showBadge(element('badge'), runtime),
  showProblem(problem) {
    const view = viewOf(problem);
    for (const other of [surface, digits]) other.element.hidden = other !== view;
    view.open(problem);
    element('problem').textContent = problem.note;
  },
  showProgress(run, stepsPerSecond) {
    transport.showProgress(run, stepsPerSecond);
    for (const curve of curves) curve.show(run);
  },
  showNetwork: (run) => viewOf(run.problem).look(run),
};

const conductor = new Conductor(audience);
const transport = new Transport(element('transport'), {
  train: () => conductor.start(),
  pause: () => conductor.pause(),
  step: () => conductor.step(),
  reset: begin,
});
const controls = new Controls(element('controls'), readHash(location.hash), begin);

/** Begins anew with what the fields say, or says what is wrong with them. The address becomes a link to the run. */
function begin(): void {
  const { fields } = controls;
  history.replaceState(null, '', writeHash(fields));
  const { settings, errors } = readSettings(fields);
  controls.showErrors(errors, settings ? { layers: describeNetwork(settings) } : {});
  if (settings) conductor.reset(settings);
  else conductor.hold(fields.data as DataName);
}

/** The widths of the layers, and how many numbers there are to learn. */
function describeNetwork({ data, layers }: Settings): string {
  const widths = data === 'digits' ? [784, ...layers, 10] : [2, ...layers, 2];
  const parameters = widths.slice(1).reduce((sum, width, i) => sum + (widths[i] + 1) * width, 0);
  return `${widths.join(' → ')}: ${parameters.toLocaleString('en-US')} parameters`;
}

/** Of one width, whatever the size. */
function formatLoss(loss: number): string {
  return loss === 0 || loss >= 0.001 ? loss.toPrecision(4).slice(0, 6) : loss.toExponential(1);
}

window.addEventListener('hashchange', () => {
  controls.show(readHash(location.hash));
  begin();
});
onThemeChange(() => {
  for (const part of [surface, digits, ...curves]) part.draw();
});
begin();
