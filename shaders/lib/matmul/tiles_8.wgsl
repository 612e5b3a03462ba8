// Tiles of workgroup memory, 8×8 outputs to a thread.
const THREADS: u32 = 64u;
const SIDE: u32 = 8u;
// @link lib/tiles.wgsl
fn multiply(thread: u32) { }
