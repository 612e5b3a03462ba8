import { loadDigits } from '../data/loadDigits.ts';
import { circles, spirals, type ToySet, xor } from '../data/toy.ts';
import type { DataName } from './settings.ts';

export interface Rows {
  x: Float32Array;
  /** The class of each row. */
  y: Float32Array | Int32Array;
}

export interface Problem {
  /** Numbers in a row: two for points in the plane, else pixels. */
  inputs: number;
  classes: number;
  train: Rows;
  test: Rows;
  /** A sentence on the data. */
  note: string;
}

const trainSeed = 1;
const testSeed = 2;
/** Digits that the curves are tested on: all of them would take a software adapter longer than the training. */
const testedDigits = 1000;

/** The data. It stays the same whatever the seed of a run, so that runs compare. */
export function loadProblem(name: DataName): Problem | Promise<Problem> {
  switch (name) {
    case 'xor':
      return plane(xor(), xor(), 'Four points are the whole problem, so they are the test as well.');
    case 'circles':
      return plane(circles({ seed: trainSeed }), circles({ seed: testSeed }));
    case 'spirals':
      return plane(spirals({ seed: trainSeed }), spirals({ seed: testSeed }));
    case 'digits':
      return digits();
  }
}

function plane(train: ToySet, test: ToySet, note?: string): Problem {
  const counted = `${train.y.length} points to learn from, shown here; ${test.y.length} others to test on.`;
  return { inputs: train.inputs, classes: 2, train, test, note: note ?? counted };
}

let loading: Promise<Problem> | undefined;

function digits(): Promise<Problem> {
  loading ??= loadDigits().then(({ train, test }) => {
    const pixels = train.x.length / train.y.length;
    const tested = { x: test.x.subarray(0, testedDigits * pixels), y: test.y.subarray(0, testedDigits) };
    const note = `${train.y.length.toLocaleString('en-US')} handwritten digits to learn from; ${testedDigits.toLocaleString('en-US')} others to test on.`;
    return { inputs: pixels, classes: 10, train, test: tested, note };
  });
  // A failed download is tried again on the next reset.
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}
