// Quads, 32×32 outputs to four lanes: the fewest loads, and three times as much to compile.
const THREADS: u32 = 4u;
const SIDE: u32 = 8u;
// @link lib/quads.wgsl
fn multiply(thread: u32) { }
