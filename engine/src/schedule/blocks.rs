//! Blocks of a column, and the random pairs of a round.

use kernels::exchange::{Cross, Nodes, Tally, WINDOW, Within};
use kernels::philox::Stream;

use super::{Batch, Draws, Partition, Protocol};
use crate::memory::{MEMBER, Mask, between};

/// A range of nodes, their state and which of them are members.
#[derive(Debug)]
pub struct Block<'a, T> {
    /// Number of the block.
    pub number: u32,
    /// Index of its first node in the cloud.
    pub first: u32,
    /// State of its nodes.
    pub state: &'a mut [T],
    /// Which nodes are members.
    pub mask: Mask<'a>,
}

/// The blocks of a column, in order.
pub fn blocks<'a, T: Send>(partition: &Partition, state: &'a mut [T], mask: Mask<'a>) -> Vec<Block<'a, T>> {
    between((state, mask), partition.bounds())
        .into_iter()
        .zip(partition.bounds())
        .enumerate()
        .map(|(number, ((state, mask), &first))| Block { number: number as u32, first: first as u32, state, mask })
        .collect()
}

/// Puts items in a random order (Fisher and Yates), with draws `draw` and `draw` + 1 of the stream's nodes `node..`.
pub fn shuffle<T>(items: &mut [T], stream: &Stream, node: u32, draw: u32) {
    let (mut high, mut low) = (vec![0; items.len()], vec![0; items.len()]);
    stream.fill(&mut high, node, draw);
    stream.fill(&mut low, node, draw + 1);
    for last in (1..items.len()).rev() {
        let word = u64::from(high[last]) << 32 | u64::from(low[last]);
        items.swap(last, (u128::from(word) * (last as u128 + 1) >> 64) as usize);
    }
}

/// Whether the blocks of a pair meet themselves rather than each other, so that every pair of nodes is equally likely.
pub fn within(partition: &Partition, stream: &Stream, block: u32, round: u32) -> bool {
    let blocks = partition.bounds().len() as u64 - 1;
    let members = partition.members() as u64;
    let per_block = members as f64 / blocks as f64;
    let share = (per_block - 1.0).max(0.0) / (members as f64 - 1.0).max(1.0);
    // Draws apart from those that shuffle the blocks.
    f64::from(stream.word(block, 1 << 16 | round)) < share * 2_f64.powi(32)
}

/// Places of members in a block, in the order in which they start; nothing is written if all nodes do, in their order.
#[derive(Debug, Default)]
pub struct Roster {
    places: Vec<u32>,
    count: usize,
}

impl Roster {
    /// These members, in this order.
    pub fn of(places: Vec<u32>) -> Self {
        Self { count: places.len(), places }
    }

    /// Reads who the members of a block are.
    pub fn read<T>(&mut self, block: &Block<'_, T>) {
        let Some(marks) = block.mask.marks() else {
            self.places.clear();
            self.count = block.state.len();
            return;
        };
        // Every place is written, and the next one over it unless it is a member's: who is one cannot be guessed.
        self.places.resize(marks.len(), 0);
        self.count = 0;
        for (place, &member) in marks.iter().enumerate() {
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

/// Some members in a random order, in which they start: drawn anew for each pass of each cycle.
pub fn permuted<M>(mut members: Vec<M>, draws: &Draws) -> Vec<M> {
    shuffle(&mut members, &draws.order(), 0, 0);
    members
}

/// Runs a batch that starts in `own`, with peers in `other`, or in `own` itself if there is no other.
pub fn run<T: Copy>(
    protocol: &impl Protocol<T>,
    own: &mut Block<'_, T>,
    other: Option<&mut Block<'_, T>>,
    batch: &mut Batch<'_>,
) -> Tally {
    match other {
        Some(other) => {
            let nodes = [Nodes::from(&own.first), Nodes::from(&other.first)];
            let mut ends = Cross { own: &mut *own.state, other: &mut *other.state, nodes };
            protocol.run(&mut ends, batch)
        }
        None => protocol.run(&mut Within(&mut *own.state), batch),
    }
}

/// Sums tallies.
pub fn total(tallies: impl IntoIterator<Item = Tally>) -> Tally {
    tallies.into_iter().fold(Tally::default(), |mut total, tally| {
        total.add(tally);
        total
    })
}
