//! The machine's own limit: how long a random access to memory takes when nothing else is asked of the machine.
//!
//! Every thread adds 1 to random words of its part of a large array of `f32` in huge pages, and fetches each word into
//! its cache some accesses ahead. What a pass costs is then told in such accesses per node: a figure that moves less
//! from machine to machine, and from one moment to the next, than nanoseconds do.

use std::hint::black_box;
use std::io;
use std::time::Instant;

use engine::memory::Column;
use kernels::prefetch::prefetch;
use rayon::prelude::*;

/// Accesses that are under way before the first of them is made.
const AHEAD: usize = 32;

/// Accesses of a measurement.
const ACCESSES: usize = 1 << 25;

/// An array to be accessed at random.
#[derive(Debug)]
pub struct Memory {
    words: Column<f32>,
    seed: u64,
}

impl Memory {
    /// An array of so many words, all of them touched.
    ///
    /// # Errors
    /// If the system has not as much memory to map.
    pub fn new(words: usize) -> io::Result<Self> {
        let mut words = Column::<f32>::anonymous(words.max(AHEAD))?;
        words.fill(0.0);
        Ok(Self { words, seed: 0 })
    }

    /// Measures the nanoseconds of a random read-modify-write, with all threads at it, each in its own part of the
    /// array.
    pub fn nanoseconds(&mut self) -> f64 {
        let threads = rayon::current_num_threads();
        let each = ACCESSES.min(16 * self.words.len()) / threads;
        let part = self.words.len().div_ceil(threads);
        self.seed += 1;
        let seed = self.seed;
        let start = Instant::now();
        self.words.par_chunks_mut(part).enumerate().for_each(|(thread, words)| {
            add_at_random(words, each, (seed << 32) | thread as u64);
        });
        start.elapsed().as_secs_f64() * 1e9 / (each * threads) as f64
    }
}

/// Adds 1 to so many random words.
fn add_at_random(words: &mut [f32], count: usize, seed: u64) {
    let (mut state, range) = (seed, words.len() as u64);
    let mut draw = || {
        // A linear congruential generator modulo 2^64 (Knuth's MMIX), of which the upper half is used.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (((state >> 32) * range) >> 32) as usize
    };
    let mut due: [usize; AHEAD] = std::array::from_fn(|_| draw());
    for _ in 0..count / AHEAD {
        let next = std::array::from_fn(|_| draw());
        for &at in &next {
            prefetch(&words[at]);
        }
        for at in std::mem::replace(&mut due, next) {
            words[at] += 1.0;
        }
    }
    black_box(words);
}
