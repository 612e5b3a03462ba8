// A matrix product by vectors: a thread computes 8×8 outputs, its columns next to each other. Of every term it loads
// eight rows and two vectors of four columns, which a compiler may take for one load each, since nothing is clamped.
const THREADS: u32 = 32u;

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
  let tiles_across = (column_count() + 7u) / 8u;
  let row = thread / tiles_across * 8u;
  let column = thread % tiles_across * 8u;
  if (row >= row_count()) { return; }
  let a_at = row_starts(row);
  let c_at = row_starts(row + 4u);
  let b_at = right_start(column);
  let d_at = right_start(column + 4u);

  var ab = mat4x4f(); // ab[i] holds row i, columns 0 to 3 of the tile
  var ad = mat4x4f();
  var cb = mat4x4f();
  var cd = mat4x4f();
  for (var term = 0u; term < term_count(); term++) {
    let a = four_rows(a_at, left_step(term));
    let c = four_rows(c_at, left_step(term));
    let b = four_columns(b_at, right_step(term));
    let d = four_columns(d_at, right_step(term));
    ab = add_products(ab, a, b);
    ad = add_products(ad, a, d);
    cb = add_products(cb, c, b);
    cd = add_products(cd, c, d);
  }
  store_block(row, column, ab);
  store_block(row, column + 4u, ad);
  store_block(row + 4u, column, cb);
  store_block(row + 4u, column + 4u, cd);
}

fn row_starts(row: u32) -> vec4u {
  let rows = min(row + vec4u(0, 1, 2, 3), vec4u(row_count() - 1u));
  return vec4u(left_start(rows.x), left_start(rows.y), left_start(rows.z), left_start(rows.w));
}

fn four_rows(starts: vec4u, step: u32) -> vec4f {
  return vec4f(left(starts.x, step), left(starts.y, step), left(starts.z, step), left(starts.w, step));
}

// What is beyond the last column is of another row, or no number at all, and nobody stores it.
fn four_columns(start: u32, step: u32) -> vec4f {
  let one = right_start(1u); // columns begin at multiples of it
  return vec4f(
    right(start, step),
    right(start + one, step),
    right(start + 2u * one, step),
    right(start + 3u * one, step),
  );
}

fn add_products(sums: mat4x4f, rows: vec4f, columns: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(rows.x), columns, sums[0]),
    fma(vec4f(rows.y), columns, sums[1]),
    fma(vec4f(rows.z), columns, sums[2]),
    fma(vec4f(rows.w), columns, sums[3]),
  );
}

fn store_block(row: u32, column: u32, sums: mat4x4f) {
  var results = sums; // what is read by a variable index has to be in memory
  for (var i = 0u; i < 4u && row + i < row_count(); i++) {
    for (var j = 0u; j < 4u && column + j < column_count(); j++) {
      store(row + i, column + j, results[i][j]);
    }
  }
}
