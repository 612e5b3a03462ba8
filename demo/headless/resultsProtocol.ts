/** What the results command measures, and what it and its page say to each other. */
import type { TableName } from '../data/tables.ts';
import type { BackendChoice, TableTask } from './trainProtocol.ts';

export interface Experiment {
  name: string;
  data: TableName;
  /** In a few words, what is trained and tested. */
  method: string;
  measure: 'accuracy' | 'R²';
  /** What a result has to reach. */
  wanted: number;
}

const crossValidation = '5-fold cross-validation';

export const experiments: readonly Experiment[] = [
  { name: 'iris', data: 'iris', method: crossValidation, measure: 'accuracy', wanted: 0.95 },
  { name: 'penguins', data: 'penguins', method: crossValidation, measure: 'accuracy', wanted: 0.97 },
  { name: 'cars', data: 'cars', method: crossValidation, measure: 'R²', wanted: 0.85 },
];

export interface MeasureRequest {
  task: TableTask;
  backend: BackendChoice;
  seed: number;
}

export interface Measurement {
  backend: string;
  /** Rows that were trained and tested on. */
  samples: number;
  /** Of each model that was trained, on rows that it was not trained on. */
  scores: number[];
  /** Mean error in the target's own unit, for a regression. */
  meanAbsoluteErrors: number[];
  seconds: number;
}

/** A line of the table. */
export interface Result extends Omit<Experiment, 'data'>, Measurement {
  /** Mean of the scores. */
  value: number;
  /** Standard deviation of the scores. */
  deviation: number;
  reached: boolean;
}

declare global {
  interface Window {
    /** The page's part: trains and tests, and resolves when done. */
    measure(request: MeasureRequest): Promise<Measurement>;
  }
}
