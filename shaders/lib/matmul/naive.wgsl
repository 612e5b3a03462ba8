// A matrix product as the formula has it: a thread computes one output.
const THREADS: u32 = 64u;

// @link kernel
fn row_count() -> u32 { return 1u; }
// @link kernel
fn column_count() -> u32 { return 1u; }
// @link kernel
fn term_count() -> u32 { return 1u; }
// @link kernel
fn left_start(row: u32) -> u32 { return row; }
// @link kernel
fn left_step(term: u32) -> u32 { return term; }
// @link kernel
fn left(start: u32, step: u32) -> f32 { return f32(start + step); }
// @link kernel
fn right_start(column: u32) -> u32 { return column; }
// @link kernel
fn right_step(term: u32) -> u32 { return term; }
// @link kernel
fn right(start: u32, step: u32) -> f32 { return f32(start + step); }
// @link kernel
fn store(row: u32, column: u32, sum: f32) { }

fn multiply(thread: u32) {
  let row = thread / column_count();
  let column = thread % column_count();
  if (row >= row_count()) { return; }
  var sum = 0.0;
  for (var term = 0u; term < term_count(); term++) {
    sum = fma(left(left_start(row), left_step(term)), right(right_start(column), right_step(term)), sum);
  }
  store(row, column, sum);
}
