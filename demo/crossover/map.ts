/** Draws a sweep as a picture that needs nothing beside it: title, map, key and what was measured. */
import { threeDigits } from '../bench/format.ts';
import { colour, palette } from '../playground/theme.ts';
import { type Cell, type CrossoverResult, leadOf, sideNames } from './result.ts';

/** Where the colours are at their fullest: so many doublings. */
const fullest = 6;
const font = (size: number, weight = 400) => `${weight} ${size}px system-ui, "Segoe UI", Roboto, sans-serif`;
const margin = { left: 64, right: 16, top: 88, bottom: 142 };
const gap = 2;

export class CrossoverMap {
  readonly #context: CanvasRenderingContext2D;
  #result: CrossoverResult | undefined;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D;
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  show(result: CrossoverResult): void {
    this.#result = result;
    this.draw();
  }

  draw(): void {
    const result = this.#result;
    if (!result) return;
    const { canvas } = this;
    const context = this.#context;
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    context.scale(devicePixelRatio, devicePixelRatio);
    context.fillStyle = colour('panel');
    context.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    this.#drawHead(result);
    for (const cell of result.cells) this.#drawCell(cell);
    this.#drawAxes(result);
    this.#drawKey(this.#drawCrossover(result));
    this.#drawFoot(result);
  }

  /** The cell at a place of the canvas. */
  cellAt(x: number, y: number): Cell | undefined {
    return this.#result?.cells.find((cell) => {
      const { left, top, width, height } = this.#place(cell);
      return x >= left && x < left + width && y >= top && y < top + height;
    });
  }

  get #plot() {
    const { clientWidth, clientHeight } = this.canvas;
    const { left, right, top, bottom } = margin;
    return { left, top, width: clientWidth - left - right, height: clientHeight - top - bottom };
  }

  /** Wide networks are above, large batches to the right. */
  #place({ width, batch }: Cell) {
    const { widths, batches } = this.#result as CrossoverResult;
    const plot = this.#plot;
    const size = { width: plot.width / batches.length, height: plot.height / widths.length };
    const left = plot.left + batches.indexOf(batch) * size.width;
    const top = plot.top + (widths.length - 1 - widths.indexOf(width)) * size.height;
    return { left, top, ...size };
  }

  #write(
    text: string,
    x: number,
    y: number,
    style: { font: string; fill?: string; align?: CanvasTextAlign },
  ) {
    const context = this.#context;
    context.font = style.font;
    context.fillStyle = colour(style.fill ?? 'ink');
    context.textAlign = style.align ?? 'left';
    context.fillText(text, x, y, this.canvas.clientWidth - 2 * margin.right);
  }

  #drawHead({ adapter, cores }: CrossoverResult): void {
    const processors = `CPU: WebAssembly, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
    const kind = adapter?.isSoftware ? ', a software adapter: the CPU does the work of a GPU' : '';
    this.#write('Which trains faster, WebGPU or the CPU?', margin.right, 28, { font: font(17, 650) });
    const device = adapter ? `WebGPU: ${adapter.name}${kind}` : 'WebGPU: not opened yet';
    this.#write(`${device}  ·  ${processors}`, margin.right, 50, { font: font(13), fill: 'quiet' });
  }

  #drawCell(cell: Cell): void {
    const context = this.#context;
    const { left, top, width, height } = this.#place(cell);
    context.save();
    context.beginPath();
    context.roundRect(left + gap / 2, top + gap / 2, width - gap, height - gap, 3);
    context.clip();
    const [x, y] = [left + width / 2, top + height / 2];
    if (cell.measured) {
      context.fillStyle = this.#shade(leads(cell));
      context.fillRect(left, top, width, height);
      this.#drawLabel(cell, x, y, Math.min(width, height));
    } else {
      this.#hatch(left, top, width, height, cell.skipped);
    }
    context.restore();
  }

  #drawLabel(cell: Cell, x: number, y: number, room: number): void {
    const { factor = '', name = '' } = leadOf(cell) ?? {};
    const both = room > 48 && name !== '';
    this.#write(factor, x, both ? y + 1 : y + 5, { font: font(room > 48 ? 16 : 12, 600), align: 'center' });
    if (both) this.#write(name, x, y + 17, { font: font(12), align: 'center' });
  }

  /** Not measured; in the colour of who is known to be ahead. */
  #hatch(left: number, top: number, width: number, height: number, leader: Cell['skipped']): void {
    const context = this.#context;
    context.fillStyle = colour('grid');
    context.fillRect(left, top, width, height);
    context.strokeStyle = colour(
      leader === 'cpu' ? 'surface-0' : leader === 'webgpu' ? 'surface-1' : 'surface-middle',
    );
    context.lineWidth = 2;
    context.beginPath();
    for (let at = -height; at < width; at += 8) {
      context.moveTo(left + at, top + height);
      context.lineTo(left + at + height, top);
    }
    context.stroke();
  }

  #drawAxes({ widths, batches, cells }: CrossoverResult): void {
    const plot = this.#plot;
    const style = { font: font(12), fill: 'quiet' };
    for (const [i, batch] of batches.entries()) {
      const { left, width } = this.#place(cells[i]);
      const y = plot.top + plot.height + 18;
      this.#write(String(batch), left + width / 2, y, { ...style, align: 'center' });
    }
    for (const [i, units] of widths.entries()) {
      const { top, height } = this.#place(cells[i * batches.length]);
      this.#write(String(units), plot.left - 10, top + height / 2 + 4, { ...style, align: 'right' });
    }
    this.#write('units a layer ↑', margin.right, plot.top - 8, style);
    const end = plot.left + plot.width;
    this.#write('rows a batch →', end, plot.top + plot.height + 36, { ...style, align: 'right' });
  }

  /** The border between those that WebGPU trains faster and the others, if there is one. */
  #drawCrossover({ widths, batches, cells }: CrossoverResult): boolean {
    const context = this.#context;
    const columns = batches.length;
    let drawn = false;
    const differs = (a: number, b: number) => leads(cells[a]) * leads(cells[b]) < 0;
    const line = (fromX: number, fromY: number, toX: number, toY: number) => {
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
      drawn = true;
    };
    context.beginPath();
    for (let at = 0; at < cells.length; at++) {
      const { left, top, width, height } = this.#place(cells[at]);
      if ((at + 1) % columns > 0 && differs(at, at + 1)) {
        line(left + width, top, left + width, top + height);
      }
      if (at + columns < widths.length * columns && differs(at, at + columns)) {
        line(left, top, left + width, top);
      }
    }
    this.#strokeCrossover();
    return drawn;
  }

  #strokeCrossover(): void {
    const context = this.#context;
    context.strokeStyle = colour('ink');
    context.lineWidth = 3;
    context.lineCap = 'round';
    context.stroke();
  }

  #drawKey(hasCrossover: boolean): void {
    const context = this.#context;
    const plot = this.#plot;
    const top = plot.top + plot.height + 56;
    const width = Math.min(plot.width - 120, 420);
    const at = (doublings: number) => plot.left + ((doublings + fullest) / (2 * fullest)) * width;
    for (let x = 0; x < width; x++) {
      context.fillStyle = this.#shade(((2 * x) / width) * fullest - fullest);
      context.fillRect(plot.left + x, top, 1.5, 12);
    }
    const style = { font: font(12), fill: 'quiet' };
    for (const doublings of width > 300 ? [-6, -4, -2, 0, 2, 4, 6] : [-6, 0, 6]) {
      const text = doublings === 0 ? 'even' : `${2 ** Math.abs(doublings)}×`;
      this.#write(text, at(doublings), top + 28, { ...style, align: 'center' });
    }
    this.#write('CPU faster', plot.left, top - 6, { font: font(12, 600) });
    this.#write('WebGPU faster', plot.left + width, top - 6, { font: font(12, 600), align: 'right' });
    if (!hasCrossover) return;
    context.beginPath();
    context.moveTo(plot.left + width + 30, top + 6);
    context.lineTo(plot.left + width + 54, top + 6);
    this.#strokeCrossover();
    this.#write('crossover', plot.left + width + 62, top + 10, style);
  }

  #drawFoot({ options: { rounds } }: CrossoverResult): void {
    const y = this.canvas.clientHeight - 16;
    const text = `Steps of training units–units–10 (relu, softmax, gradient descent), the median of ${rounds} turns each. Hatched: not measured; in colour, who is far ahead.`;
    this.#write(text, margin.right, y, { font: font(12), fill: 'quiet' });
  }

  #shade(doublings: number): string {
    const share = Math.max(-1, Math.min(1, doublings / fullest));
    const colours = palette();
    const bytes = new Uint8Array(colours.buffer, 4 * Math.round(((share + 1) / 2) * (colours.length - 1)), 3);
    return `rgb(${bytes.join()})`;
  }
}

/** How many doublings WebGPU is ahead; where that was not measured, 1 or −1 for who is, or 0. */
function leads({ measured, skipped }: Cell): number {
  if (measured) return Math.log2(measured.speed.median);
  return skipped === 'webgpu' ? 1 : skipped === 'cpu' ? -1 : 0;
}

/** In words, with the times. */
export function describeCell({ width, batch, measured, skipped }: Cell): string {
  const place = `${width} units, batches of ${batch}`;
  if (skipped === 'time') return `${place}: not measured, the time was up`;
  if (skipped) return `${place}: not measured, ${sideNames[skipped]} is far ahead`;
  if (!measured) return `${place}: not measured yet`;
  const [gpu, cpu] = [measured.webgpu, measured.cpu].map(({ median }) => threeDigits(median));
  return `${place}: ${gpu} ms a step on WebGPU, ${cpu} on the CPU`;
}
