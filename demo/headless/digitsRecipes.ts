/** The experiments on handwritten digits: each network, and how it is trained. */
import {
  type Augmentation,
  adam,
  augmentImages,
  cosineRestarts,
  dense,
  dropout,
  type InitializerOption,
  l2,
  type Optimizer,
  sgd,
} from '../../src/index.ts';
import { type DigitSet, digitClasses, pixelsPerDigit } from '../data/decodeDigits.ts';
import { loadDigits } from '../data/loadDigits.ts';
import type { Problem } from './problems.ts';
import type { RecipeName } from './resultsProtocol.ts';

type Network = Pick<Problem, 'layers' | 'loss'>;

interface Recipe extends Network {
  epochs: number;
  batchSize: number;
  /** The first rows of the training set, where it is not to be all of them. */
  rows?: number;
  augment?: Augmentation;
  /** Adam, its rate falling to zero over the training, where no other is given. */
  optimizer?: Optimizer;
}

/** What to train, and what on. */
export interface Training {
  problem: Omit<Problem, 'learningRate' | 'notes'>;
  /** Rows to train and to test on. */
  samples: number;
  optimizer: Optimizer;
  options: Pick<Recipe, 'epochs' | 'batchSize' | 'augment'>;
}

const learningRate = 0.003;
const inputShape = [pixelsPerDigit];
const augment = augmentImages({ shape: [28, 28], shift: 0.07, rotate: 0.03, zoom: 0.1 });

/** 784-units-10 with relu; what is dropped of the inputs and of the hidden layer, and what its weights cost. */
function relu(units: number, { drop = [0, 0], cost = 0 } = {}): Network {
  const kernelRegularizer = l2({ l2: cost });
  return {
    layers: [
      dropout({ rate: drop[0], inputShape }),
      dense({ units, activation: 'relu', kernelInitializer: 'heNormal', kernelRegularizer }),
      dropout({ rate: drop[1] }),
      dense({ units: digitClasses, activation: 'softmax', kernelRegularizer }),
    ],
    loss: 'sparseCategoricalCrossentropy',
  };
}

/**
 * The first network of Nielsen, Neural Networks and Deep Learning, chapter 1, with his constants and his standard
 * normal weights. He has 50,000 images to train on, and reports 95.42 % after 30 epochs.
 */
function nielsen(): Recipe {
  const normal: InitializerOption = { name: 'randomNormal', stddev: 1 };
  const common = {
    activation: 'sigmoid',
    kernelInitializer: normal,
    biasInitializer: normal,
  } as const;
  return {
    layers: [dense({ units: 30, ...common, inputShape }), dense({ units: digitClasses, ...common })],
    loss: 'halfSquaredError',
    optimizer: sgd({ learningRate: 3 }),
    ...{ epochs: 30, batchSize: 10 },
  };
}

const many = { epochs: 12, batchSize: 64 };
const few = { epochs: 60, batchSize: 50, rows: 500 };

const recipes: Record<RecipeName, Recipe> = {
  plain: { ...many, ...relu(300) },
  augmented: { ...many, ...relu(300, { drop: [0, 0.2] }), augment },
  few: { ...few, ...relu(100) },
  fewDropout: { ...few, ...relu(100, { drop: [0.2, 0.5] }) },
  fewPenalised: { ...few, ...relu(100, { cost: 0.01 }) },
  fewAugmented: { ...few, ...relu(100), augment },
  nielsen: nielsen(),
};

export async function digitsTraining(name: RecipeName): Promise<Training> {
  const { layers, loss, rows, optimizer, ...options } = recipes[name];
  const digits = await loadDigits();
  const encode = loss === 'halfSquaredError' ? oneHot : (set: DigitSet) => set;
  const train = firstRows(digits.train, rows);
  const count = train.y.length;
  const steps = options.epochs * Math.ceil(count / options.batchSize);
  return {
    problem: { layers, loss, metrics: ['accuracy'], train: encode(train), test: encode(digits.test) },
    samples: count + digits.test.y.length,
    optimizer: optimizer ?? adam({ learningRate: cosineRestarts({ rate: learningRate, steps }) }),
    options,
  };
}

const firstRows = ({ x, y }: DigitSet, rows = y.length) => ({
  x: x.subarray(0, rows * pixelsPerDigit),
  y: y.subarray(0, rows),
});

function oneHot({ x, y }: DigitSet) {
  const targets = new Float32Array(y.length * digitClasses);
  for (const [row, label] of y.entries()) targets[row * digitClasses + label] = 1;
  return { x, y: targets };
}
