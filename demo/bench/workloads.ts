/** The four problems: small, middling, and two of images. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { loadDigits } from '../data/loadDigits.ts';
import { xor } from '../data/toy.ts';
import type { BenchLayer, Network, Workload, WorkloadName } from './workload.ts';

/** Of each prediction. */
export const predictedRows = 1024;

/** A multiple of every batch. */
const rows = 2048;

const sgd = (learningRate: number) => ({ name: 'sgd', learningRate }) as const;
const adam = (learningRate: number) => ({ name: 'adam', learningRate }) as const;

interface Definition extends Network, Pick<Workload, 'comparedSteps' | 'predicts'> {
  load(): Pick<Workload, 'x' | 'y'> | Promise<Pick<Workload, 'x' | 'y'>>;
}

const definitions: Record<WorkloadName, Definition> = {
  xor: {
    layers: stack([2, 8, 1], 'sigmoid', 'sigmoid'),
    loss: 'meanSquaredError',
    batch: 4,
    optimizer: sgd(4),
    comparedSteps: 100,
    predicts: false,
    load: xor,
  },
  tabular: {
    layers: stack([30, 64, 32, 2], 'relu', 'softmax'),
    loss: 'categoricalCrossentropy',
    batch: 32,
    optimizer: adam(0.001),
    comparedSteps: 50,
    predicts: false,
    load: table,
  },
  mnist: {
    layers: stack([784, 128, 10], 'relu', 'softmax'),
    loss: 'categoricalCrossentropy',
    batch: 64,
    optimizer: sgd(0.1),
    comparedSteps: 20,
    predicts: true,
    load: images,
  },
  wide: {
    layers: stack([784, 1024, 1024, 10], 'relu', 'softmax'),
    loss: 'categoricalCrossentropy',
    batch: 256,
    optimizer: adam(0.001),
    comparedSteps: 2,
    predicts: true,
    load: images,
  },
};

export async function loadWorkload(name: WorkloadName): Promise<Workload> {
  const { load, ...definition } = definitions[name];
  const { x, y } = await load();
  const weights = initialWeights(definition.layers);
  return { ...definition, x, y, rows: x.length / definition.layers[0].inputs, weights };
}

/** In a few words, such as `784-128-10 relu softmax, cross-entropy, batch 64, sgd`. */
export function describeWorkload(name: WorkloadName): string {
  const { layers, loss, batch, optimizer } = definitions[name];
  const widths = [layers[0].inputs, ...layers.map(({ units }) => units)].join('-');
  const activations = [...new Set(layers.map(({ activation }) => activation))].join(' ');
  const objective = loss === 'meanSquaredError' ? 'mean squared error' : 'cross-entropy';
  return `${widths} ${activations}, ${objective}, batch ${batch}, ${optimizer.name}`;
}

export const predictsToo = (name: WorkloadName) => definitions[name].predicts;

export function stack(
  widths: number[],
  hidden: BenchLayer['activation'],
  last: BenchLayer['activation'],
): BenchLayer[] {
  return widths.slice(1).map((units, l) => ({
    inputs: widths[l],
    units,
    activation: l === widths.length - 2 ? last : hidden,
  }));
}

/** Two classes of standard normal numbers, told apart by the sign of a plane's side. */
function table(): Pick<Workload, 'x' | 'y'> {
  const columns = 30;
  const random = uniform(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const plane = Array.from({ length: columns }, normal);
  const x = Float32Array.from({ length: rows * columns }, normal);
  const y = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    const side = plane.reduce((sum, value, i) => sum + value * x[row * columns + i], 0);
    y[2 * row + (side > 0 ? 1 : 0)] = 1;
  }
  return { x, y };
}

async function images(): Promise<Pick<Workload, 'x' | 'y'>> {
  const { train } = await loadDigits();
  const y = new Float32Array(rows * 10);
  for (let row = 0; row < rows; row++) y[10 * row + train.y[row]] = 1;
  return { x: train.x.slice(0, rows * 784), y };
}

/** Glorot's uniform kernels, and biases of zero. */
export function initialWeights(layers: readonly BenchLayer[]): Float32Array[] {
  const random = uniform(2);
  return layers.flatMap(({ inputs, units }) => {
    const limit = Math.sqrt(6 / (inputs + units));
    const kernel = Float32Array.from({ length: inputs * units }, () => limit * (2 * random() - 1));
    return [kernel, new Float32Array(units)];
  });
}

export function uniform(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}
