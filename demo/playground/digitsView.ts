import type { Problem } from './problem.ts';
import type { Run } from './run.ts';
import { paint, palette } from './theme.ts';

const shownDigits = 30;
const shownUnits = 24;
const side = 28;
const pixels = side ** 2;

/** Test digits with what the network takes them for, and what the first layer's units look for. */
export class DigitsView {
  readonly #tiles: HTMLElement[];
  readonly #units: HTMLCanvasElement[];
  #problem: Problem | undefined;
  /** Weights as 0 to 1 with ½ for zero, unit after unit. */
  #weights: Float32Array[] = [];

  constructor(readonly element: HTMLElement) {
    this.#tiles = Array.from({ length: shownDigits }, createTile);
    element.querySelector('.tiles')?.replaceChildren(...this.#tiles);
    this.#units = Array.from({ length: shownUnits }, () => createImage('unit'));
    element.querySelector('.units')?.replaceChildren(...this.#units);
  }

  open(problem: Problem): void {
    this.#problem = problem;
    this.#weights = [];
    for (const [row, tile] of this.#tiles.entries()) {
      const image = problem.test.x.subarray(row * pixels, (row + 1) * pixels);
      paintInk(tile.querySelector('canvas'), image);
      showReading(tile, problem.test.y[row]);
    }
    this.draw();
  }

  async look(run: Run): Promise<void> {
    const { x, y } = run.problem.test;
    const classes = run.problem.classes;
    const probabilities = await run.predict(x.subarray(0, shownDigits * pixels));
    for (const [row, tile] of this.#tiles.entries()) {
      showReading(tile, y[row], indexOfLargest(probabilities.subarray(row * classes, (row + 1) * classes)));
    }
    const { data, units } = await run.firstKernel();
    const shown = Math.min(units, shownUnits);
    this.#weights = Array.from({ length: shown }, (_, unit) => unitImage(data, units, unit));
    this.draw();
  }

  draw(): void {
    if (!this.#problem) return;
    const colours = palette();
    for (const [unit, canvas] of this.#units.entries()) {
      const weights = this.#weights[unit];
      canvas.hidden = weights === undefined;
      if (weights) paint(canvas, weights, colours);
    }
  }
}

function createTile(): HTMLElement {
  const tile = document.createElement('li');
  tile.className = 'tile';
  tile.append(createImage('digit'), document.createElement('b'), document.createElement('small'));
  return tile;
}

function createImage(name: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.className = name;
  canvas.width = side;
  canvas.height = side;
  canvas.ariaHidden = 'true';
  return canvas;
}

/** What the network read, and where that is wrong, what it is. */
function showReading(tile: HTMLElement, label: number, read?: number): void {
  const wrong = read !== undefined && read !== label;
  const [reading] = tile.getElementsByTagName('b');
  const [truth] = tile.getElementsByTagName('small');
  reading.textContent = read === undefined ? '–' : String(read);
  truth.textContent = wrong ? `is ${label}` : '';
  tile.classList.toggle('wrong', wrong);
  tile.ariaLabel =
    read === undefined ? `A ${label}` : `A ${label}, read as ${read}: ${wrong ? 'wrong' : 'right'}`;
}

/** As black of varying opacity: the style sheet turns it white on a dark page. */
function paintInk(canvas: HTMLCanvasElement | null, values: Float32Array): void {
  const context = canvas?.getContext('2d');
  if (!context) return;
  const image = context.createImageData(side, side);
  for (const [i, value] of values.entries()) image.data[4 * i + 3] = 255 * value;
  context.putImageData(image, 0, 0);
}

/** A column of the kernel: zero is ½, and three times the usual size is 0 or 1. */
function unitImage(kernel: Float32Array, units: number, unit: number): Float32Array {
  const image = Float32Array.from({ length: pixels }, (_, pixel) => kernel[pixel * units + unit]);
  const usual = Math.sqrt(image.reduce((sum, weight) => sum + weight * weight, 0) / pixels);
  return image.map((weight) => 0.5 + Math.max(-3, Math.min(weight / usual, 3)) / 6);
}

function indexOfLargest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
