//! Blocks of a column, and the random pairs of a round.

use kernels::exchange::{Cross, WINDOW, Within};
use kernels::philox::Stream;

use super::{Batch, Draws, MEMBER, Partition, Protocol};
use crate::split::between;
use kernels::exchange::Tally;

/// Streams of a pass, from its purpose on.
const PARTNERS: u32 = 0;
const MATCHES: u32 = 1;
const ORDER: u32 = 2;
const REQUESTS: u32 = 3;
const REPLIES: u32 = 4;
const WINDOWS: u32 = 5;
const RETRIES: u32 = 6;
const MEETINGS: u32 = 7;

impl Draws {
    fn stream(&self, which: u32) -> Stream {
        Stream::new(self.seed, self.cycle, self.purpose + which)
    }
    /// What an exchange draws, by its initiator.
    pub(crate) fn meetings(&self) -> Stream {
        self.stream(MEETINGS)
    }
    /// Which peers nodes draw.
    pub(crate) fn partners(&self) -> Stream {
        self.stream(PARTNERS)
    }
    /// Which blocks meet.
    pub(super) fn matches(&self) -> Stream {
        self.stream(MATCHES)
    }
    /// When nodes initiate.
    pub(crate) fn order(&self) -> Stream {
        self.stream(ORDER)
    }
    /// Further peers, where the first is not alive.
    pub(crate) fn retries(&self) -> Stream {
        self.stream(RETRIES)
    }
    /// Where windows lie.
    pub(super) fn windows(&self) -> Stream {
        self.stream(WINDOWS)
    }
    /// Whether something is lost.
    pub(super) fn lossy(&self) -> bool {
        self.request_loss > 0 || self.reply_loss > 0
    }
    /// What is lost of exchange number `draw` that each of the nodes `first..` starts. `words` is room for as many.
    pub(super) fn losses(&self, losses: &mut [u8], words: &mut [u32], first: u32, draw: u32) {
        use kernels::exchange::{REPLY_LOST, REQUEST_LOST};
        let words = &mut words[..losses.len()];
        self.stream(REPLIES).fill(words, first, draw);
        for (loss, &word) in losses.iter_mut().zip(&*words) {
            *loss = if u64::from(word) < self.reply_loss { REPLY_LOST } else { 0 };
        }
        self.stream(REQUESTS).fill(words, first, draw);
        for (loss, &word) in losses.iter_mut().zip(&*words) {
            *loss = if u64::from(word) < self.request_loss { REQUEST_LOST } else { *loss };
        }
    }
    /// What is lost of the first exchange that a node starts: a word each, where `losses` draws many at once.
    pub(super) fn loss(&self, node: u32) -> u8 {
        use kernels::exchange::{REPLY_LOST, REQUEST_LOST};
        let is_lost = |which, loss| loss > 0 && u64::from(self.stream(which).word(node, 0)) < loss;
        match (is_lost(REQUESTS, self.request_loss), is_lost(REPLIES, self.reply_loss)) {
            (true, _) => REQUEST_LOST,
            (false, true) => REPLY_LOST,
            (false, false) => 0,
        }
    }
}

/// A range of nodes, their state and which of them are members.
#[derive(Debug)]
pub(super) struct Block<'a, T> {
    /// Number of the block.
    pub number: u32,
    /// Index of its first node in the cloud.
    pub first: u32,
    /// State of its nodes.
    pub state: &'a mut [T],
    /// Which nodes are members; empty if all are.
    pub mask: &'a [u8],
}

/// The blocks of a column, in order.
pub(super) fn blocks<'a, T: Send>(partition: &Partition, state: &'a mut [T], mask: &'a [u8]) -> Vec<Block<'a, T>> {
    between((state, mask), partition.bounds())
        .into_iter()
        .zip(partition.bounds())
        .enumerate()
        .map(|(number, ((state, mask), &first))| Block { number: number as u32, first: first as u32, state, mask })
        .collect()
}

/// Puts items in a random order (Fisher and Yates), with draws `draw` and `draw` + 1 of the stream's nodes `node..`.
pub(super) fn shuffle<T>(items: &mut [T], stream: &Stream, node: u32, draw: u32) {
    let (mut high, mut low) = (vec![0; items.len()], vec![0; items.len()]);
    stream.fill(&mut high, node, draw);
    stream.fill(&mut low, node, draw + 1);
    for last in (1..items.len()).rev() {
        let word = u64::from(high[last]) << 32 | u64::from(low[last]);
        items.swap(last, (u128::from(word) * (last as u128 + 1) >> 64) as usize);
    }
}

/// Whether the blocks of a pair meet themselves rather than each other, so that every pair of nodes is equally likely.
pub(super) fn within(partition: &Partition, stream: &Stream, block: u32, round: u32) -> bool {
    let blocks = partition.bounds().len() as u64 - 1;
    let members = partition.members() as u64;
    let per_block = members as f64 / blocks as f64;
    let share = (per_block - 1.0).max(0.0) / (members as f64 - 1.0).max(1.0);
    // Draws apart from those that shuffle the blocks.
    f64::from(stream.word(block, 1 << 16 | round)) < share * 2_f64.powi(32)
}

/// Places of members in a block, in order; nothing is written if all are.
#[derive(Debug, Default)]
pub(super) struct Roster {
    places: Vec<u32>,
    count: usize,
}

impl Roster {
    /// Reads who the members of a block are.
    pub fn read<T>(&mut self, block: &Block<'_, T>) {
        if block.mask.is_empty() {
            self.places.clear();
            self.count = block.state.len();
            return;
        }
        // Every place is written, and the next one over it unless it is a member's: who is one cannot be guessed.
        self.places.resize(block.mask.len(), 0);
        self.count = 0;
        for (place, &member) in block.mask.iter().enumerate() {
            self.places[self.count] = place as u32;
            self.count += usize::from(member == MEMBER);
        }
        self.places.truncate(self.count);
    }

    /// Number of members.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Copies the states of the members from number `at` on, and around the end, until there are [`WINDOW`].
    pub fn copy_out<T: Copy>(&self, state: &[T], at: usize, window: &mut Vec<T>) {
        for run in self.window(at) {
            match self.places.get(run.clone()) {
                Some(places) => window.extend(places.iter().map(|&place| state[place as usize])),
                None => window.extend_from_slice(&state[run]),
            }
        }
    }

    /// Copies back what [`Roster::copy_out`] copied.
    pub fn copy_back<T: Copy>(&self, state: &mut [T], at: usize, window: &[T; WINDOW]) {
        let mut window = &window[..];
        for run in self.window(at) {
            let (part, rest) = window.split_at(run.len());
            match self.places.get(run.clone()) {
                Some(places) => places.iter().zip(part).for_each(|(&place, &part)| state[place as usize] = part),
                None => state[run].copy_from_slice(part),
            }
            window = rest;
        }
    }

    /// Numbers of the members in a window that begins at `at`.
    fn window(&self, at: usize) -> [std::ops::Range<usize>; 2] {
        let end = (at + WINDOW).min(self.count);
        [at..end, 0..WINDOW - (end - at)]
    }

    /// Turns numbers of members into their places.
    pub fn places(&self, numbers: &mut [u32]) {
        if !self.places.is_empty() {
            for number in numbers {
                *number = self.places[*number as usize];
            }
        }
    }
}

/// Runs a batch that starts in `own`, with peers in `other`, or in `own` itself if there is no other.
pub(super) fn run<T: Copy>(
    protocol: &impl Protocol<T>,
    own: &mut Block<'_, T>,
    other: Option<&mut Block<'_, T>>,
    batch: &mut Batch<'_>,
) -> Tally {
    match other {
        Some(other) => {
            let (own_first, other_first) = (own.first, other.first);
            let mut ends = Cross { own: &mut *own.state, other: &mut *other.state, own_first, other_first };
            protocol.run(&mut ends, batch)
        }
        None => protocol.run(&mut Within(&mut *own.state), batch),
    }
}

/// Sums tallies.
pub(super) fn total(tallies: impl IntoIterator<Item = Tally>) -> Tally {
    tallies.into_iter().fold(Tally::default(), |mut total, tally| {
        total.add(tally);
        total
    })
}
