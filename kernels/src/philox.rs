//! Random numbers as a function of (seed, cycle, node, purpose, draw): Philox4x32-10, sixteen counters at a time.
//!
//! No generator is stored, so no order of evaluation can leak into a result. A counter yields four words; they serve
//! four nodes, laid out so that eight counters side by side yield the words of 32 nodes in order, without a transpose:
//! node n takes word (n / 8) mod 4 of counter 8·(n / 32) + n mod 8.
//!
//! A lane holds a word in the low half of 64 bits and whatever the multiplication left in the high half, which the next
//! multiplication ignores: a round is two multiplications, two shifts and four exclusive ors for four counters, and no
//! shuffle. Costs 2 to 3 processor cycles a word; reads nothing.

use wide::u64x4;

use crate::scalar::{PHILOX_KEY_STEPS, PHILOX_MULTIPLIERS, philox};

/// Nodes whose words lie in consecutive counters.
const GROUP: usize = 32;
/// Nodes whose words are computed together: enough independent work to hide the multiplier's latency.
const BATCH: usize = 2 * GROUP;
/// Vectors of four counters in a batch.
const VECTORS: usize = BATCH / 16;

/// Draws of one purpose in one cycle of one seed.
///
/// ```
/// let peers = kernels::philox::Stream::new(1, 7, 3);
/// let mut words = [0; 40];
/// peers.fill(&mut words, 100, 0);
/// assert_eq!(words[5], peers.word(105, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
    cycle: u32,
    purpose: u32,
}

impl Stream {
    /// The draws for `purpose` in `cycle` under `seed`.
    #[must_use]
    pub fn new(seed: u64, cycle: u32, purpose: u32) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32], cycle, purpose }
    }

    /// Draw number `draw` of `node`: a uniform 32-bit word.
    #[must_use]
    pub fn word(&self, node: u32, draw: u32) -> u32 {
        let counter = ((node / 32) * 8) + node % 8;
        philox([counter, draw, self.cycle, self.purpose], self.key)[(node / 8 % 4) as usize]
    }

    /// Draw number `draw` of `node`, as 64 bits made of two words.
    #[must_use]
    pub fn double_word(&self, node: u32, draw: u32) -> u64 {
        u64::from(self.word(node, 2 * draw)) << 32 | u64::from(self.word(node, 2 * draw + 1))
    }

    /// Draw number `draw` of the nodes `first..`: one word each.
    pub fn fill(&self, words: &mut [u32], first: u32, draw: u32) {
        let skip = first as usize % GROUP;
        let (head, body) = words.split_at_mut(((GROUP - skip) % GROUP).min(words.len()));
        let mut group = first / GROUP as u32;
        if !head.is_empty() {
            head.copy_from_slice(&self.batch(group, draw)[skip..skip + head.len()]);
            group += 1;
        }
        let (batches, tail) = body.as_chunks_mut::<BATCH>();
        for words in batches {
            *words = self.batch(group, draw);
            group += (BATCH / GROUP) as u32;
        }
        if !tail.is_empty() {
            tail.copy_from_slice(&self.batch(group, draw)[..tail.len()]);
        }
    }

    /// The words of the nodes from 32·`group` on.
    #[inline]
    fn batch(&self, group: u32, draw: u32) -> [u32; BATCH] {
        let base = u64::from(group) * 8;
        let mut c0 = [0, 1, 2, 3].map(|vector| {
            u64x4::new([0, 1, 2, 3]) + u64x4::splat(base + 4 * vector)
        });
        let mut c1 = [u64x4::splat(u64::from(draw)); VECTORS];
        let mut c2 = [u64x4::splat(u64::from(self.cycle)); VECTORS];
        let mut c3 = [u64x4::splat(u64::from(self.purpose)); VECTORS];
        let [mut k0, mut k1] = self.key;
        for _ in 0..10 {
            for v in 0..VECTORS {
                let p0 = times(c0[v], PHILOX_MULTIPLIERS[0]);
                let p1 = times(c2[v], PHILOX_MULTIPLIERS[1]);
                c0[v] = (p1 >> 32_u32) ^ c1[v] ^ u64x4::splat(u64::from(k0));
                c1[v] = p1;
                c2[v] = (p0 >> 32_u32) ^ c3[v] ^ u64x4::splat(u64::from(k1));
                c3[v] = p0;
            }
            k0 = k0.wrapping_add(PHILOX_KEY_STEPS[0]);
            k1 = k1.wrapping_add(PHILOX_KEY_STEPS[1]);
        }
        let mut words = [0; BATCH];
        let (quads, _) = words.as_chunks_mut::<4>();
        for (word, counters) in [c0, c1, c2, c3].into_iter().enumerate() {
            for (v, lanes) in counters.into_iter().enumerate() {
                quads[v / 2 * 8 + word * 2 + v % 2] = lanes.to_array().map(|lane| lane as u32);
            }
        }
        words
    }
}

/// The low halves of the lanes times a word, 64 bits wide: one instruction for four lanes.
#[inline]
fn times(lanes: u64x4, word: u32) -> u64x4 {
    u64x4::new(lanes.to_array().map(|lane| u64::from(lane as u32) * u64::from(word)))
}
