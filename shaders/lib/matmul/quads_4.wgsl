// Quads, 16×16 outputs to four lanes.
const THREADS: u32 = 8u;
const SIDE: u32 = 4u;
// @link lib/quads.wgsl
fn multiply(thread: u32) { }
