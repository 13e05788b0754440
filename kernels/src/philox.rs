//! Random numbers as a function of (seed, cycle, node, purpose, draw): Philox4x32-10, sixteen counters at a time.
//!
//! No generator is stored, so no order of evaluation can leak into a result. A counter yields four words:
//!
//! - one word a node ([`Stream::word`]): a counter serves four nodes, laid out so that eight counters side by side
//!   yield the words of 32 nodes in order, without a transpose: node n takes word (n / 8) mod 4 of counter 8·(n / 32) +
//!   n mod 8;
//! - many words a node ([`Stream::word_of_many`]): each node has counters of its own, and draw k is word k mod 4 of
//!   number k / 4.
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

    /// Draw number `draw` of `node`, of a purpose that needs one or two words a node.
    #[must_use]
    pub fn word(&self, node: u32, draw: u32) -> u32 {
        let counter = ((node / 32) * 8) + node % 8;
        philox([counter, draw, self.cycle, self.purpose], self.key)[(node / 8 % 4) as usize]
    }

    /// Draw number `draw` of `node`, of a purpose that needs many words a node.
    #[must_use]
    pub fn word_of_many(&self, node: u32, draw: u32) -> u32 {
        philox([node, draw / 4, self.cycle, self.purpose], self.key)[(draw % 4) as usize]
    }

    /// Draws 4·`quad` to 4·`quad` + 3 of `node`, as [`Stream::word_of_many`] has them.
    #[must_use]
    pub fn quad_of_many(&self, node: u32, quad: u32) -> [u32; 4] {
        philox([node, quad, self.cycle, self.purpose], self.key)
    }

    /// Draws 4·`quad` to 4·`quad` + 3 of some nodes, as [`Stream::word_of_many`] has them: a row for each draw.
    #[must_use]
    pub fn quads_of_many(&self, nodes: &[u32; 4 * VECTORS], quad: u32) -> [[u32; 4 * VECTORS]; 4] {
        let counters: [[u32; 4]; VECTORS] = bytemuck::cast(*nodes);
        let counters = counters.map(|four| u64x4::new(four.map(u64::from)));
        self.rounds(counters, quad).map(|vectors| bytemuck::cast(vectors.map(narrow)))
    }

    /// Draw number `draw` of the nodes `first..`, as [`Stream::word`] has it: one word each.
    pub fn fill(&self, words: &mut [u32], first: u32, draw: u32) {
        let skip = first as usize % GROUP;
        let (head, body) = words.split_at_mut(((GROUP - skip) % GROUP).min(words.len()));
        let mut group = first / GROUP as u32;
        if !head.is_empty() {
            head.copy_from_slice(&self.groups(group, draw)[skip..skip + head.len()]);
            group += 1;
        }
        let (batches, tail) = body.as_chunks_mut::<BATCH>();
        for words in batches {
            *words = self.groups(group, draw);
            group += (BATCH / GROUP) as u32;
        }
        if !tail.is_empty() {
            tail.copy_from_slice(&self.groups(group, draw)[..tail.len()]);
        }
    }

    /// Four draws from number 4·`quad` on of the nodes `first..`, as [`Stream::word_of_many`] has it: `rows[k]` takes
    /// draw 4·`quad` + k of each node.
    ///
    /// # Panics
    /// If the rows differ in length.
    pub fn fill_many<const ROWS: usize>(&self, mut rows: [&mut [u32]; ROWS], first: u32, quad: u32) {
        const NODES: usize = 4 * VECTORS;
        let count = rows.first().map_or(0, |row| row.len());
        assert!(rows.iter().all(|row| row.len() == count) && ROWS <= 4);
        let mut start = 0;
        while start < count {
            let counters = self.counters(u64::from(first) + start as u64, quad);
            let end = count.min(start + NODES);
            for (row, vectors) in rows.iter_mut().zip(&counters) {
                if end - start == NODES {
                    for (quad, lanes) in row[start..end].as_chunks_mut::<4>().0.iter_mut().zip(vectors) {
                        *quad = narrow(*lanes);
                    }
                } else {
                    let words: [[u32; 4]; VECTORS] = vectors.map(narrow);
                    row[start..end].copy_from_slice(&words.as_flattened()[..end - start]);
                }
            }
            start = end;
        }
    }

    /// The words of the nodes from 32·`group` on.
    #[inline]
    fn groups(&self, group: u32, draw: u32) -> [u32; BATCH] {
        let mut words = [0; BATCH];
        let (quads, _) = words.as_chunks_mut::<4>();
        for (word, vectors) in self.counters(u64::from(group) * 8, draw).into_iter().enumerate() {
            for (v, lanes) in vectors.into_iter().enumerate() {
                quads[v / 2 * 8 + word * 2 + v % 2] = narrow(lanes);
            }
        }
        words
    }

    /// The words of the counters from `first` on, a word a lane: word 0 of all, then word 1, and so on.
    #[inline]
    fn counters(&self, first: u64, draw: u32) -> [[u64x4; VECTORS]; 4] {
        self.rounds([0, 1, 2, 3].map(|vector| u64x4::new([0, 1, 2, 3]) + u64x4::splat(first + 4 * vector)), draw)
    }

    /// The words of sixteen counters, a word a lane.
    #[inline]
    fn rounds(&self, mut c0: [u64x4; VECTORS], draw: u32) -> [[u64x4; VECTORS]; 4] {
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
        [c0, c1, c2, c3]
    }
}

/// The low halves of the lanes times a word, 64 bits wide: one instruction for four lanes.
#[inline]
pub(crate) fn times(lanes: u64x4, word: u32) -> u64x4 {
    u64x4::new(lanes.to_array().map(|lane| u64::from(lane as u32) * u64::from(word)))
}

/// The low halves of the lanes.
#[inline]
fn narrow(lanes: u64x4) -> [u32; 4] {
    lanes.to_array().map(|lane| lane as u32)
}
