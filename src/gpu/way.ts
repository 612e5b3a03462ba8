import type { StepTable } from '../plan/steps.ts';
import type { PassTimer } from './passTimer.ts';

/** One of the ways to run a plan's steps: all of them leave the same bits. */
export interface Way {
  /** The most steps of a submission. */
  readonly slots: number;
  /** A table to load steps into, again and again. */
  createTable(): StepTable;
  /** Sends the table's steps to the device. */
  write(table: StepTable): void;
  /** Records so many of the steps that were sent last, in one pass, which the timer times. */
  encode(encoder: GPUCommandEncoder, steps: number, timer?: PassTimer): void;
  dispose(): void;
}
