//! Fetching a cache line ahead of its use: the one thing that a pass with partners anywhere in memory cannot do in safe
//! code.
//!
//! An exchange with a partner from a list waits for a cache line that nobody could foresee but the list. Reading the
//! line early in safe code keeps the processor from going on, since a read must arrive before what follows it is
//! complete. At 10^8 nodes with two threads the exchanges of a list took 3.8 to 4.6 ns a node with early reads, and
//! take 2.2 ns with prefetches.

/// Asks for the cache line in which a value begins, and does not wait for it. Does nothing on processors other than
/// x86-64.
#[inline(always)]
pub fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "the instruction has no safe counterpart; what it gains is measured above")]
    // SAFETY: a prefetch neither reads nor writes as far as the program can tell, and cannot fault whatever its
    // address, which here is that of a live reference; every x86-64 processor has the instruction.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
