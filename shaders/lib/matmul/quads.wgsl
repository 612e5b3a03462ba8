enable subgroups;
// A matrix product by quads: four lanes that share what they load compute 16×16 outputs. A lane loads four rows and
// four columns; swapping columns with the other three, it multiplies its rows by all sixteen. Four terms at a time,
// since on a processor that emulates a GPU, going once around a loop costs a move of every sum.
const THREADS: u32 = 8u;

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
  let tiles_across = (column_count() + 15u) / 16u;
  let row = thread / 4u / tiles_across * 16u + lane;
  let column = thread / 4u % tiles_across * 16u;
  // No lane may leave before the others.
  let rows = min(row + vec4u(0, 4, 8, 12), vec4u(row_count() - 1u));
  let columns = min(column + lane + vec4u(0, 4, 8, 12), vec4u(column_count() - 1u));
  let a_at = vec4u(left_start(rows.x), left_start(rows.y), left_start(rows.z), left_start(rows.w));
  let b_at = vec4u(right_start(columns.x), right_start(columns.y), right_start(columns.z), right_start(columns.w));

  // Each holds a row, column i + 4 j of the tile as [i ^ lane][j].
  var sums_0 = mat4x4f();
  var sums_1 = mat4x4f();
  var sums_2 = mat4x4f();
  var sums_3 = mat4x4f();
  var term = 0u;
  for (; term + 3u < term_count(); term += 4u) {
    let l = vec4u(left_step(term), left_step(term + 1u), left_step(term + 2u), left_step(term + 3u));
    let r = vec4u(right_step(term), right_step(term + 1u), right_step(term + 2u), right_step(term + 3u));
    let b = mat4x4f(right_terms(b_at.x, r), right_terms(b_at.y, r), right_terms(b_at.z, r), right_terms(b_at.w, r));
    let b_x = mat4x4f(quadSwapX(b[0]), quadSwapX(b[1]), quadSwapX(b[2]), quadSwapX(b[3]));
    let b_y = mat4x4f(quadSwapY(b[0]), quadSwapY(b[1]), quadSwapY(b[2]), quadSwapY(b[3]));
    let b_d = mat4x4f(quadSwapY(b_x[0]), quadSwapY(b_x[1]), quadSwapY(b_x[2]), quadSwapY(b_x[3]));
    sums_0 = add_terms(sums_0, left_terms(a_at.x, l), b, b_x, b_y, b_d);
    sums_1 = add_terms(sums_1, left_terms(a_at.y, l), b, b_x, b_y, b_d);
    sums_2 = add_terms(sums_2, left_terms(a_at.z, l), b, b_x, b_y, b_d);
    sums_3 = add_terms(sums_3, left_terms(a_at.w, l), b, b_x, b_y, b_d);
  }
  for (; term < term_count(); term++) {
    let l = left_step(term);
    let r = right_step(term);
    let b = vec4f(right(b_at.x, r), right(b_at.y, r), right(b_at.z, r), right(b_at.w, r));
    let swapped = mat4x4f(b, quadSwapX(b), quadSwapY(b), quadSwapDiagonal(b));
    sums_0 = add_term(sums_0, left(a_at.x, l), swapped);
    sums_1 = add_term(sums_1, left(a_at.y, l), swapped);
    sums_2 = add_term(sums_2, left(a_at.z, l), swapped);
    sums_3 = add_term(sums_3, left(a_at.w, l), swapped);
  }
  var results = array(sums_0, sums_1, sums_2, sums_3);
  for (var i = 0u; i < 4u && row + 4u * i < row_count(); i++) {
    for (var j = 0u; j < 16u; j++) {
      let at = column + j / 4u * 4u + ((j % 4u) ^ lane);
      if (at < column_count()) { store(row + 4u * i, at, results[i][j % 4u][j / 4u]); }
    }
  }
}

fn left_terms(start: u32, steps: vec4u) -> vec4f {
  return vec4f(left(start, steps.x), left(start, steps.y), left(start, steps.z), left(start, steps.w));
}

fn right_terms(start: u32, steps: vec4u) -> vec4f {
  return vec4f(right(start, steps.x), right(start, steps.y), right(start, steps.z), right(start, steps.w));
}

fn add_terms(sums: mat4x4f, a: vec4f, b: mat4x4f, b_x: mat4x4f, b_y: mat4x4f, b_d: mat4x4f) -> mat4x4f {
  return mat4x4f(
    add_to_row(sums[0], a, b),
    add_to_row(sums[1], a, b_x),
    add_to_row(sums[2], a, b_y),
    add_to_row(sums[3], a, b_d),
  );
}

fn add_to_row(sums: vec4f, a: vec4f, b: mat4x4f) -> vec4f {
  return vec4f(chain(sums.x, a, b[0]), chain(sums.y, a, b[1]), chain(sums.z, a, b[2]), chain(sums.w, a, b[3]));
}

fn chain(sum: f32, a: vec4f, b: vec4f) -> f32 {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}

fn add_term(sums: mat4x4f, a: f32, b: mat4x4f) -> mat4x4f {
  let all = vec4f(a);
  return mat4x4f(fma(all, b[0], sums[0]), fma(all, b[1], sums[1]), fma(all, b[2], sums[2]), fma(all, b[3], sums[3]));
}
