// A batch of images, each moved, turned and scaled at random, with noise on it and a square of it cut out:
//   batch(p) = data(R⁻¹ (p − d) / s) + NOISE · n, and 0 inside the square
// p is a pixel's centre, seen from the image's: d is within ± SHIFT, R turns by ± ROTATE of a full turn at most, and
// s is within 1 ± ZOOM. Between pixels the data is interpolated (bilinear), outside the image it is 0. The square,
// CUT_OUT pixels wide, lies around any pixel, so that some of it may be outside (DeVries & Taylor, 2017).
//   data [rows, SIZE] · batch [M, SIZE], SIZE = HEIGHT · WIDTH · CHANNELS
// With GATHER the batch's rows of data are picked through the permutation. A workgroup makes one image.
const M: u32 = 1u; // @specialise
const HEIGHT: u32 = 1u; // @specialise
const WIDTH: u32 = 1u; // @specialise
const CHANNELS: u32 = 1u; // @specialise
override GATHER: bool = false;
override SEED: u32 = 0; // of the image's own numbers; the noise has the next
override SHIFT_X: f32 = 0.0; // pixels
override SHIFT_Y: f32 = 0.0;
override ROTATE: f32 = 0.0;
override ZOOM: f32 = 0.0;
override NOISE: f32 = 0.0;
override CUT_OUT: u32 = 0;

const SIZE: u32 = HEIGHT * WIDTH * CHANNELS;

// @link lib/step.wgsl
struct Step { first: u32, rows: u32, index: u32 }
// @link lib/random.wgsl
fn random_bits(seed: u32, step_index: u32, element: u32) -> u32 { return seed; }
// @link lib/random.wgsl
fn random_unit(bits: u32) -> f32 { return f32(bits); }
// @link lib/random.wgsl
fn cos_turns(turns: f32) -> f32 { return cos(turns); }
// @link lib/random.wgsl
fn sin_turns(turns: f32) -> f32 { return sin(turns); }
// @link lib/normal.wgsl
fn standard_normal(seed: u32, step_index: u32, element: u32) -> f32 { return 0.0; }

@group(0) @binding(0) var<storage, read> data: array<f32>;
@group(0) @binding(1) var<storage, read> permutation: array<u32>;
@group(0) @binding(2) var<storage, read_write> batch: array<f32, M * SIZE>;
@group(1) @binding(0) var<uniform> current: Step;

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let row = group.x + group.y * groups.x;
  if (row >= current.rows) { return; }
  var source = row;
  if (GATHER) { source = permutation[current.first + row]; }

  let turns = ROTATE * drawn(row, 2u);
  let axis = vec2f(cos_turns(turns), sin_turns(turns)) / (1.0 + ZOOM * drawn(row, 3u));
  let middle = 0.5 * vec2f(f32(WIDTH), f32(HEIGHT));
  let center = middle + vec2f(SHIFT_X * drawn(row, 0u), SHIFT_Y * drawn(row, 1u));
  let cut = vec2u(drawn_bits(row, 4u) % WIDTH, drawn_bits(row, 5u) % HEIGHT);
  for (var i = thread; i < SIZE; i += 64u) {
    let pixel = vec2u(i / CHANNELS % WIDTH, i / CHANNELS / WIDTH);
    let p = vec2f(pixel) + 0.5 - center;
    let origin = vec2f(axis.x * p.x + axis.y * p.y, axis.x * p.y - axis.y * p.x) + middle - 0.5;
    var value = interpolated(source * SIZE + i % CHANNELS, origin);
    if (NOISE > 0.0) { value += NOISE * standard_normal(SEED + 1u, current.index, row * SIZE + i); }
    // Left of the square or above it, the difference wraps around to a large number.
    if (all(pixel + CUT_OUT / 2u - cut < vec2u(CUT_OUT))) { value = 0.0; }
    batch[row * SIZE + i] = value;
  }
}

// Number k of the image's own, in [−1, 1).
fn drawn(row: u32, k: u32) -> f32 {
  return 2.0 * random_unit(drawn_bits(row, k)) - 1.0;
}

fn drawn_bits(row: u32, k: u32) -> u32 {
  return random_bits(SEED, current.index, row * 6u + k);
}

// One channel of an image, from `start` on, between the four pixels around a place.
fn interpolated(start: u32, place: vec2f) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < 4u; k++) {
    let corner = floor(place) + vec2f(f32(k % 2u), f32(k / 2u));
    let share = 1.0 - abs(place - corner);
    if (all(corner >= vec2f()) && all(corner < vec2f(f32(WIDTH), f32(HEIGHT)))) {
      let pixel = vec2u(corner);
      sum += share.x * share.y * data[start + (pixel.y * WIDTH + pixel.x) * CHANNELS];
    }
  }
  return sum;
}
