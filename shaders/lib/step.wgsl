// What changes from one training step to the next. The host computes it in float64 for many steps at once
// and writes a table of these; each dispatch sees its step through a dynamic offset.
struct Step {
  first: u32, // position in the permutation of the batch's first row
  rows: u32, // real rows of the batch: the last one may be short
  slot: u32, // row of the metrics table that this step writes
  index: u32, // steps done before this one
  learning_rate: f32,
  rate: f32, // the learning rate with any bias correction of the first moment
  gradient_rate: f32, // nadam: the rate of the gradient itself, beside that of its mean
  correction: f32, // bias correction of the root of the second moment
  mix: f32, // mixup: a row's share in its mixture with another row of the batch
  partner: u32, // mixup: how many rows further on that other row is
}
