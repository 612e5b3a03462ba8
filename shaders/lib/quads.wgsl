enable subgroups;
// A matrix product by quads: four lanes that share what they load compute (4 SIDE)² outputs. A lane loads SIDE rows and
// SIDE columns; swapping columns with the other three, it multiplies its rows by all of theirs. On a processor that
// emulates a GPU a load costs as much as ten products, and going once around a loop a move of every sum: hence large
// tiles, and four terms at a time.
// @link kernel
const SIDE: u32 = 1u;
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
  let lane = thread % 4u;
  let tiles_across = (column_count() + 4u * SIDE - 1u) / (4u * SIDE);
  let row = thread / 4u / tiles_across * 4u * SIDE + lane;
  let column = thread / 4u % tiles_across * 4u * SIDE;
  // No lane may leave before the others.
  var a_at: array<u32, SIDE>;
  var b_at: array<u32, SIDE>;
  for (var i = 0u; i < SIDE; i++) { // @unroll
    a_at[i] = left_start(min(row + 4u * i, row_count() - 1u));
    b_at[i] = right_start(min(column + lane + 4u * i, column_count() - 1u));
  }

  // Row i, columns 4 j + (0, 1, 2, 3 ^ lane) of the tile.
  var sums: array<vec4f, SIDE * SIDE>;
  var term = 0u;
  for (; term + 3u < term_count(); term += 4u) {
    let l = vec4u(left_step(term), left_step(term + 1u), left_step(term + 2u), left_step(term + 3u));
    let r = vec4u(right_step(term), right_step(term + 1u), right_step(term + 2u), right_step(term + 3u));
    var b: array<mat4x4f, SIDE>;
    for (var n = 0u; n < SIDE; n++) { // @unroll
      let own = vec4f(right(b_at[n], r.x), right(b_at[n], r.y), right(b_at[n], r.z), right(b_at[n], r.w));
      b[n] = transpose(mat4x4f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own)));
    }
    for (var i = 0u; i < SIDE; i++) { // @unroll
      let a = vec4f(left(a_at[i], l.x), left(a_at[i], l.y), left(a_at[i], l.z), left(a_at[i], l.w));
      for (var j = 0u; j < SIDE; j++) { // @unroll
        sums[i * SIDE + j] = add_terms(sums[i * SIDE + j], a, b[j]);
      }
    }
  }
  for (; term < term_count(); term++) {
    var b: array<vec4f, SIDE>;
    for (var n = 0u; n < SIDE; n++) { // @unroll
      let own = right(b_at[n], right_step(term));
      b[n] = vec4f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
    }
    for (var i = 0u; i < SIDE; i++) { // @unroll
      let a = vec4f(left(a_at[i], left_step(term)));
      for (var j = 0u; j < SIDE; j++) { // @unroll
        sums[i * SIDE + j] = fma(a, b[j], sums[i * SIDE + j]);
      }
    }
  }
  // A copy: what is read by a variable index has to be in memory.
  var results = sums;
  for (var i = 0u; i < SIDE && row + 4u * i < row_count(); i++) {
    for (var j = 0u; j < 4u * SIDE; j++) {
      let at = column + j / 4u * 4u + ((j % 4u) ^ lane);
      if (at < column_count()) { store(row + 4u * i, at, results[i * SIDE + j / 4u][j % 4u]); }
    }
  }
}

fn add_terms(sum: vec4f, a: vec4f, b: mat4x4f) -> vec4f {
  return fma(vec4f(a.w), b[3], fma(vec4f(a.z), b[2], fma(vec4f(a.y), b[1], fma(vec4f(a.x), b[0], sum))));
}
