// A matrix product by tiles in workgroup memory: 64 threads share a tile of (8 SIDE)² outputs, each computes SIDE² of
// them, and all together fetch what they need of both operands, 16 terms at a time.
// @link kernel
const SIDE: u32 = 1u;
// @link kernel
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

const DEPTH: u32 = 16u;
const WIDTH: u32 = 8u * SIDE;

var<workgroup> left_tile: array<f32, WIDTH * DEPTH>; // [term][row]
var<workgroup> right_tile: array<f32, WIDTH * DEPTH>; // [term][column]

fn multiply(thread: u32) {
  let own = thread % THREADS;
  let tile = thread / THREADS;
  let tiles_across = (column_count() + WIDTH - 1u) / WIDTH;
  let row = tile / tiles_across * WIDTH;
  let column = tile % tiles_across * WIDTH;
  let own_row = own / 8u * SIDE;
  let own_column = own % 8u * SIDE;

  var sums: array<f32, SIDE * SIDE>;
  for (var first = 0u; first < term_count(); first += DEPTH) {
    let depth = min(DEPTH, term_count() - first);
    for (var at = own; at < WIDTH * depth; at += THREADS) {
      let i = at % WIDTH;
      let term = first + at / WIDTH;
      left_tile[at] = left(left_start(min(row + i, row_count() - 1u)), left_step(term));
      right_tile[at] = right(right_start(min(column + i, column_count() - 1u)), right_step(term));
    }
    workgroupBarrier();
    for (var term = 0u; term < depth; term++) {
      for (var i = 0u; i < SIDE; i++) {
        let a = left_tile[term * WIDTH + own_row + i];
        for (var j = 0u; j < SIDE; j++) {
          sums[i * SIDE + j] = fma(a, right_tile[term * WIDTH + own_column + j], sums[i * SIDE + j]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < SIDE && row + own_row + i < row_count(); i++) {
    for (var j = 0u; j < SIDE && column + own_column + j < column_count(); j++) {
      store(row + own_row + i, column + own_column + j, sums[i * SIDE + j]);
    }
  }
}
