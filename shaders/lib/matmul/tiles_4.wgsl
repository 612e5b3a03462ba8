// Tiles of workgroup memory, 4×4 outputs to a thread.
const THREADS: u32 = 64u;
const SIDE: u32 = 4u;
// @link lib/tiles.wgsl
fn multiply(thread: u32) { }
