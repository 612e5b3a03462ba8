import { contour } from './contour.ts';
import type { Problem } from './problem.ts';
import type { Run } from './run.ts';
import { colour, paint, palette } from './theme.ts';

/** Half the width of the part of the plane that is shown. */
const reach = 1.2;
/** Rows and columns of points at which the network is asked. */
const gridSize = 80;
const grid = gridRows();

/** The plane: what the network makes of every point of it, and the points it learns from. */
export class SurfaceView {
  readonly #surface: HTMLCanvasElement;
  readonly #boundary: HTMLCanvasElement;
  readonly #points: HTMLCanvasElement;
  #problem: Problem | undefined;
  /** Probability of the second class at each point of the grid. */
  readonly #values = new Float32Array(gridSize ** 2).fill(0.5);

  constructor(readonly element: HTMLElement) {
    [this.#surface, this.#boundary, this.#points] = element.querySelectorAll('canvas');
    this.#surface.width = gridSize;
    this.#surface.height = gridSize;
    new ResizeObserver(() => this.draw()).observe(this.#points);
  }

  open(problem: Problem): void {
    this.#problem = problem;
    this.#values.fill(0.5);
    this.draw();
  }

  async look(run: Run): Promise<void> {
    const probabilities = await run.predict(grid);
    for (let i = 0; i < this.#values.length; i++) this.#values[i] = probabilities[2 * i + 1];
    this.#drawValues();
  }

  draw(): void {
    this.#drawValues();
    this.#drawPoints();
  }

  #drawValues(): void {
    // The browser smooths the few pixels of this canvas over its place.
    paint(this.#surface, this.#values, palette());
    const { context, size } = openCanvas(this.#boundary);
    const cell = size / gridSize;
    const ends = contour(this.#values, gridSize, 0.5);
    context.beginPath();
    for (let i = 0; i < ends.length; i += 4) {
      context.moveTo((ends[i] + 0.5) * cell, (ends[i + 1] + 0.5) * cell);
      context.lineTo((ends[i + 2] + 0.5) * cell, (ends[i + 3] + 0.5) * cell);
    }
    context.strokeStyle = colour('boundary');
    context.lineWidth = 1.5 * devicePixelRatio;
    context.lineCap = 'round';
    context.stroke();
  }

  #drawPoints(): void {
    const { context, size } = openCanvas(this.#points);
    if (!this.#problem) return;
    const { x, y } = this.#problem.train;
    const unit = size / (2 * reach);
    const radius = unit * (y.length > 50 ? 0.0175 : 0.045);
    const colours = [colour('class-0'), colour('class-1')];
    context.strokeStyle = colour('point-edge');
    context.lineWidth = radius * 0.4;
    for (const [row, label] of y.entries()) {
      context.beginPath();
      context.arc((x[2 * row] + reach) * unit, (reach - x[2 * row + 1]) * unit, radius, 0, 2 * Math.PI);
      context.fillStyle = colours[label];
      context.fill();
      context.stroke();
    }
  }
}

/** The middles of the grid's cells, from the top left corner. */
function gridRows(): Float32Array {
  const rows = new Float32Array(2 * gridSize ** 2);
  const place = (i: number) => reach * ((2 * i + 1) / gridSize - 1);
  for (let i = 0; i < gridSize ** 2; i++) {
    rows[2 * i] = place(i % gridSize);
    rows[2 * i + 1] = -place(Math.floor(i / gridSize));
  }
  return rows;
}

/** The canvas, empty and with a pixel for each of the screen's. */
function openCanvas(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; size: number } {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives the page no canvas to draw on.');
  const size = Math.round(canvas.clientWidth * devicePixelRatio);
  if (canvas.width === size) {
    context.clearRect(0, 0, size, size);
  } else {
    canvas.width = size;
    canvas.height = size;
  }
  return { context, size };
}
