// Places in memory that are not an operation's own.

/** Zeros: where a tile's sums start. */
export const zeros = memory.data(32, 16);
/** Numbers 0, 1, 2 …: the rows of a batch that lies in order. */
export let batchRows: usize = 0;
/** A loss and a hit for each row of the batch. */
export let rowLosses: usize = 0;
/** Memory of this thread alone, for packed operands. */
export let scratch: usize = 0;

export function setPlaces(ownBatchRows: usize, ownRowLosses: usize, ownScratch: usize): void {
  batchRows = ownBatchRows;
  rowLosses = ownRowLosses;
  scratch = ownScratch;
}

/** The numbers of a batch's rows: those of the permutation from `first` on, or their own. */
@inline export function rowNumbers(gathered: u32, permutation: usize, first: u32): usize {
  return gathered ? permutation + (first << 2) : batchRows;
}
