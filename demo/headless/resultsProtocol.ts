/** What the results command measures, and what it and its page say to each other. */
import type { TableName } from '../data/tables.ts';
import type { BackendChoice, TableTask } from './trainProtocol.ts';

/** How a network learns handwritten digits: `digitsRecipes.ts` has them. */
export type RecipeName =
  | 'plain'
  | 'augmented'
  | 'few'
  | 'fewDropout'
  | 'fewPenalised'
  | 'fewAugmented'
  | 'nielsen';

/** A line of the table; several may have the same name. */
export interface Experiment {
  name: string;
  source: { table: TableName } | { recipe: RecipeName };
  /** In a few words, what is trained and tested. */
  method: string;
  measure: 'accuracy' | 'R²';
  /** What a result has to reach, if anything. */
  wanted?: number;
}

const table = (name: TableName, measure: Experiment['measure'], wanted: number): Experiment => ({
  ...{ name, source: { table: name }, method: '5-fold cross-validation', measure, wanted },
});

const digits = (name: string, method: string, recipe: RecipeName, wanted?: number): Experiment => ({
  ...{ name, source: { recipe }, method, measure: 'accuracy', wanted },
});

export const experiments: readonly Experiment[] = [
  table('iris', 'accuracy', 0.95),
  table('penguins', 'accuracy', 0.97),
  table('cars', 'R²', 0.85),
  digits('digits', '784-300-10', 'plain', 0.955),
  digits('digits', '784-300-10, augmentation and dropout', 'augmented', 0.97),
  digits('overfitting', '500 digits, 784-100-10', 'few'),
  digits('overfitting', '500 digits, dropout', 'fewDropout', 0.855),
  digits('overfitting', '500 digits, L2', 'fewPenalised'),
  digits('overfitting', '500 digits, augmentation', 'fewAugmented', 0.9),
  digits('nielsen', '784-30-10, sigmoid, squared error, sgd', 'nielsen', 0.92),
];

export interface MeasureRequest {
  /** The table, for an experiment on one. */
  task?: TableTask;
  recipe?: RecipeName;
  backend: BackendChoice;
  seed: number;
}

export interface Measurement {
  backend: string;
  /** Rows that were trained and tested on. */
  samples: number;
  /** Of each model that was trained, on rows that it was not trained on. */
  scores: number[];
  /** Of the same, on the rows that it was trained on. */
  trainingScores: number[];
  /** The loss of each, without penalties, on rows that it was not trained on. */
  losses: number[];
  /** Mean error in the target's own unit, for a regression. */
  meanAbsoluteErrors: number[];
  seconds: number;
}

export interface Result extends Omit<Experiment, 'source'>, Measurement {
  /** Mean of the scores. */
  value: number;
  /** Standard deviation of the scores. */
  deviation: number;
  /** Mean of the scores on training rows. */
  trainingValue: number;
  /** Mean of the losses. */
  loss: number;
  reached: boolean;
}

declare global {
  interface Window {
    /** The page's part: trains and tests, and resolves when done. */
    measure(request: MeasureRequest): Promise<Measurement>;
  }
}
