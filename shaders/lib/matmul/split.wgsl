// A matrix product whose sums are split: each of 64 threads adds up every 64th term of 4×4 outputs, then their sums are
// added in pairs. For few outputs of many terms. The order of the terms is another, and so are the last bits.
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

var<workgroup> parts: array<mat4x4f, THREADS>;

fn multiply(thread: u32) {
  let own = thread % THREADS;
  let tile = thread / THREADS;
  let tiles_across = (column_count() + 3u) / 4u;
  let row = tile / tiles_across * 4u;
  let column = tile % tiles_across * 4u;
  let rows = min(row + vec4u(0, 1, 2, 3), vec4u(row_count() - 1u));
  let columns = min(column + vec4u(0, 1, 2, 3), vec4u(column_count() - 1u));
  let a_at = vec4u(left_start(rows.x), left_start(rows.y), left_start(rows.z), left_start(rows.w));
  let b_at = vec4u(right_start(columns.x), right_start(columns.y), right_start(columns.z), right_start(columns.w));

  var sums = mat4x4f(); // sums[i] holds row i
  for (var term = own; term < term_count(); term += THREADS) {
    let l = left_step(term);
    let r = right_step(term);
    let b = vec4f(right(b_at.x, r), right(b_at.y, r), right(b_at.z, r), right(b_at.w, r));
    sums = mat4x4f(
      fma(vec4f(left(a_at.x, l)), b, sums[0]),
      fma(vec4f(left(a_at.y, l)), b, sums[1]),
      fma(vec4f(left(a_at.z, l)), b, sums[2]),
      fma(vec4f(left(a_at.w, l)), b, sums[3]),
    );
  }
  parts[own] = sums;
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (own < half) { parts[own] = parts[own] + parts[own + half]; }
  }
  workgroupBarrier();
  let i = own / 4u;
  let j = own % 4u;
  if (i < 4u && row + i < row_count() && column + j < column_count()) { store(row + i, column + j, parts[0][i][j]); }
}
