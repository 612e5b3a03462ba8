// Mixup (Zhang et al., ICLR 2018): each row of a batch becomes a mean of itself and of another row of the batch,
//   mixed[r] = λ a[r] + (1 − λ) a[s], s = (r + partner) mod rows
// of its inputs or of its targets; labels (SPARSE) become targets, one a class. WEIGHTED: the last column is a row's
// weight w. Then the mixture's weight is λ w_r + (1 − λ) w_s, and a row's share in it is its part of that, so that
// it counts as both rows would, r for λ w_r and s for (1 − λ) w_s.
//   target_rows [rows, WIDTH + WEIGHTED] · mixed [M, COLUMNS], COLUMNS = targets + WEIGHTED
// With GATHER the batch's rows are picked through the permutation. A thread makes one number.
const M: u32 = 1u; // @specialise
const COLUMNS: u32 = 1u; // @specialise

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, mix: f32, partner: u32 }
// @link lib/targets.wgsl
override WIDTH: u32 = 1;
// @link lib/targets.wgsl
override WEIGHTED: bool = false;
// @link lib/targets.wgsl
override GATHER: bool = false;
// @link lib/targets.wgsl
fn target_start(source: u32) -> u32 { return source; }
// @link lib/targets.wgsl
fn target_column(j: u32) -> u32 { return j; }
// @link lib/targets.wgsl
fn decode_target(stored: f32, j: u32) -> f32 { return stored; }

@group(0) @binding(0) var<storage, read> target_rows: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read_write> mixed: array<f32, M * COLUMNS>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  let row = i / COLUMNS;
  if (row >= current.rows) { return; }
  let j = i % COLUMNS;
  let starts = vec2u(row_start(row), row_start((row + current.partner) % current.rows));
  var shares = vec2f(current.mix, 1.0 - current.mix);
  if (WEIGHTED) {
    let weights = shares * vec2f(target_rows[starts.x + WIDTH], target_rows[starts.y + WIDTH]);
    let weight = weights.x + weights.y;
    if (j == COLUMNS - 1u) {
      mixed[i] = weight;
      return;
    }
    if (weight > 0.0) { shares = weights / weight; }
  }
  mixed[i] = shares.x * target_of(starts.x, j) + shares.y * target_of(starts.y, j);
}

// Where the targets of a row of the batch begin.
fn row_start(row: u32) -> u32 {
  if (GATHER) { return target_start(permutation[current.first + row]); }
  return target_start(row);
}

fn target_of(start: u32, j: u32) -> f32 {
  return decode_target(target_rows[start + target_column(j)], j);
}
