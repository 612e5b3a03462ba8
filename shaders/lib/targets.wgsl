// How kernels read what a row's outputs should have been.
override WIDTH: u32 = 1; // numbers in a row of targets: one an output, or 1 for labels
override SPARSE: bool = false; // the target is a label
override WEIGHTED: bool = false; // a last column holds the row's weight
override GATHER: bool = false; // pick the target's rows through the permutation

// Where a row of targets begins, given its number in the data set.
fn target_start(source: u32) -> u32 {
  return source * select(WIDTH, WIDTH + 1u, WEIGHTED);
}

// Output j's target from what is stored: the number itself, or the label.
fn decode_target(stored: f32, j: u32) -> f32 {
  if (SPARSE) { return select(0.0, 1.0, u32(stored) == j); }
  return stored;
}

// Offset of output j's number within a row of targets.
fn target_column(j: u32) -> u32 {
  return select(j, 0u, SPARSE);
}
