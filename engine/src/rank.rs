//! True ranks: a parallel radix sort, and the inverse of the order that it finds.
//!
//! ```text
//! for each digit of the keys but the last, from the lowest: count it, chunk by chunk; move the records to its cells
//! for the last digit: count it; the place to which a record would move is its rank:
//!     move (index, rank) to the cells of blocks of nodes
//! for each block of nodes, in parallel: write the ranks to their nodes, within the cache
//! ```
//!
//! A record is a key and the index of its node. A step is stable, so nodes of equal value stay in the order of their
//! indices. Cells are ordered by (digit, chunk) and disjoint, so that all chunks move their records at once and the result is the
//! same for any number of threads. Nothing is written at random but the tails of 1024 cells, and ranks within a block.
//!
//! Reads 4 bytes a node and writes 8 for the first digit, reads 16 and writes 8 for each further one (two as a rule, three
//! if values of both signs spread far), and reads 8 and writes 4 at the end: 4 nanoseconds a node with two threads.

use std::io;
use std::ops::Range;

use kernels::sort::{DIGIT_BITS, DIGITS, Digits, Span, count, scatter};
use rayon::prelude::*;

use crate::column::Column;
use crate::schedule::MEMBER;

/// The most chunks whose records move at once.
const CHUNKS: usize = 64;
/// The least nodes of a chunk. Like [`CHUNKS`], changes speed only.
const LEAST_CHUNK: usize = 1 << 14;
/// The least nodes of a block whose ranks are written together, as a power of two. Changes speed only.
const LEAST_BLOCK_BITS: u32 = 12;

/// Room to rank so many nodes, 16 bytes a node; afterwards, the order of the values last ranked.
#[derive(Debug)]
pub struct Scratch {
    /// Records (number of the key, index), in the order of all digits but the last.
    sorted: Column<u64>,
    /// Where records move to.
    other: Column<u64>,
    /// Records in use.
    count: usize,
    /// How keys were cut.
    digits: Digits,
    /// Ranks at which the records of each (last digit, chunk) begin.
    starts: Vec<u32>,
}

/// The digits of one chunk, counted; or the ranks from which they go on.
type Counts = [u32; DIGITS];

/// Ranks the values of the nodes that `mask` marks with [`MEMBER`] (all, if it is empty) by (value, index), from 0. Nodes that are
/// not marked get `u32::MAX`. Returns the number of those that are. Values must be numbers.
///
/// # Panics
/// If the lengths differ or exceed what `scratch` was made for.
pub fn ranks(ranks: &mut [u32], values: &[f32], mask: &[u8], scratch: &mut Scratch) -> usize {
    assert_eq!(ranks.len(), values.len());
    assert!(mask.is_empty() || mask.len() == values.len());
    scratch.sort(values, mask);
    scratch.invert(ranks);
    scratch.count
}

impl Scratch {
    /// Room for `nodes` nodes.
    ///
    /// # Errors
    /// If the system has not as much memory to map.
    ///
    /// # Panics
    /// If there are more nodes than a `u32` can tell apart from "no rank".
    pub fn new(nodes: usize) -> io::Result<Self> {
        assert!(u32::try_from(nodes).is_ok(), "a rank is a u32");
        Ok(Self {
            sorted: Column::anonymous(nodes)?,
            other: Column::anonymous(nodes)?,
            count: 0,
            digits: Span::default().digits(),
            starts: Vec::new(),
        })
    }

    /// The value at a rank. Reads one chunk of the order.
    ///
    /// # Panics
    /// If the rank is not below the number of nodes ranked.
    #[must_use]
    pub fn value_at(&self, rank: usize) -> f32 {
        self.digits.value(self.number_at(rank))
    }

    /// The ranks of all nodes whose value equals that at a rank. Reads a few chunks of the order.
    ///
    /// # Panics
    /// If the rank is not below the number of nodes ranked.
    #[must_use]
    pub fn ties_at(&self, rank: usize) -> Range<usize> {
        let number = self.number_at(rank);
        let below = |record: &u64| self.digits.below(upper(*record), self.last());
        let lower = self.digits.below(number, self.last());
        // Equal numbers lie side by side among those of all last digits.
        let sorted = &self.sorted[..self.count];
        let first = sorted.partition_point(|record| below(record) < lower);
        let end = sorted.partition_point(|record| below(record) <= lower);
        self.before(first, number)..self.before(end, number)
    }

    /// The step of the last digit.
    fn last(&self) -> u32 {
        self.digits.steps() - 1
    }

    /// Nodes of a chunk of the order.
    fn chunk(&self) -> usize {
        chunk(self.count)
    }

    /// The number of the key at a rank.
    fn number_at(&self, rank: usize) -> u32 {
        assert!(rank < self.count, "rank {rank} of {}", self.count);
        let cell = self.starts.partition_point(|&start| start as usize <= rank) - 1;
        let chunks = self.count.div_ceil(self.chunk());
        let (digit, chunk) = (cell / chunks, cell % chunks);
        let numbers = self.sorted[..self.count][chunk * self.chunk()..].iter().map(|&record| upper(record));
        let mut alike = numbers.filter(|&number| self.digits.digit(number, self.last()) == digit);
        match alike.nth(rank - self.starts[cell] as usize) {
            Some(number) => number,
            None => unreachable!("the cell of a rank holds it"),
        }
    }

    /// The rank before which the records of the order before `place` that share a number's last digit end.
    fn before(&self, place: usize, number: u32) -> usize {
        let digit = self.digits.digit(number, self.last());
        let chunks = self.count.div_ceil(self.chunk());
        // The end of the last chunk may be the place: then all of it counts.
        let chunk = (place / self.chunk()).min(chunks - 1);
        let alike = |&&record: &&u64| self.digits.digit(upper(record), self.last()) == digit;
        let within = self.sorted[chunk * self.chunk()..place].iter().filter(alike).count();
        self.starts[digit * chunks + chunk] as usize + within
    }

    /// Sorts the marked nodes by all digits but the last.
    fn sort(&mut self, values: &[f32], mask: &[u8]) {
        let size = chunk(values.len());
        let chunks: Vec<_> = (0..values.len()).step_by(size).map(|from| from..values.len().min(from + size)).collect();
        let masked = |chunk: &Range<usize>| mask.get(chunk.clone()).unwrap_or(&[]);
        let spans: Vec<_> = chunks.par_iter().map(|chunk| Span::of(&values[chunk.clone()], masked(chunk))).collect();
        let span = spans.into_iter().fold(Span::default(), Span::merge);
        let digits = span.digits();
        (self.count, self.digits) = (span.count as usize, digits);
        let records = |number: usize| {
            let chunk = &chunks[number];
            let mask = masked(chunk);
            let marked = move |&(k, _): &(usize, _)| mask.get(k).is_none_or(|&mark| mark == MEMBER);
            let nodes = values[chunk.clone()].iter().enumerate().filter(marked);
            nodes.map(|(k, &value)| record(digits.number(value), (chunk.start + k) as u32))
        };
        step(&mut self.sorted[..self.count], chunks.len(), records, |record| digits.digit(upper(record), 0));
        for step_number in 1..digits.steps() - 1 {
            let chunks: Vec<_> = self.sorted[..self.count].chunks(self.chunk()).collect();
            let records = |number: usize| chunks[number].iter().copied();
            let digit = |record| digits.digit(upper(record), step_number);
            step(&mut self.other[..self.count], chunks.len(), records, digit);
            std::mem::swap(&mut self.sorted, &mut self.other);
        }
    }

    /// Finds the rank of each record, and writes it to its node.
    fn invert(&mut self, ranks: &mut [u32]) {
        // As many blocks as there may be cells, but none too small to be worth one.
        let block_bits = (usize::BITS - ranks.len().leading_zeros()).saturating_sub(DIGIT_BITS).max(LEAST_BLOCK_BITS);
        let (digits, last) = (self.digits, self.last());
        let digit = |record| digits.digit(upper(record), last);
        let block = |record: u64| (record as u32 >> block_bits) as usize;
        let chunks: Vec<_> = self.sorted[..self.count].chunks(chunk(self.count)).collect();
        let counted = chunks.par_iter().map(|chunk| {
            let (mut of_digits, mut of_blocks) = ([0; DIGITS], [0; DIGITS]);
            count(&mut of_digits, chunk.iter().map(|&record| digit(record)));
            count(&mut of_blocks, chunk.iter().map(|&record| block(record)));
            (of_digits, of_blocks)
        });
        let (of_digits, of_blocks): (Vec<Counts>, Vec<Counts>) = counted.unzip();
        let mut start = 0;
        self.starts.clear();
        for digit in 0..DIGITS {
            for counts in &of_digits {
                self.starts.push(start);
                start += counts[digit];
            }
        }
        let starts = &self.starts;
        let cells = cells(&mut self.other[..self.count], &of_blocks);
        chunks.par_iter().zip(cells).enumerate().for_each(|(number, (chunk, mut cells))| {
            let mut next: Counts = std::array::from_fn(|digit| starts[digit * chunks.len() + number]);
            scatter(
                &mut cells,
                chunk.iter().map(|&from| {
                    let next = &mut next[digit(from)];
                    let rank = *next;
                    *next += 1;
                    (block(from), record(from as u32, rank))
                }),
            );
        });
        let mut rest = &self.other[..self.count];
        let mut of_block = |block: usize| {
            let (records, after) = rest.split_at(of_blocks.iter().map(|counts| counts[block] as usize).sum());
            rest = after;
            records
        };
        let blocks: Vec<_> =
            ranks.chunks_mut(1 << block_bits).enumerate().map(|(k, ranks)| (ranks, of_block(k))).collect();
        blocks.into_par_iter().for_each(|(ranks, records)| {
            if records.len() < ranks.len() {
                ranks.fill(u32::MAX);
            }
            for &record in records {
                ranks[upper(record) as usize & ((1 << block_bits) - 1)] = record as u32;
            }
        });
    }
}

/// Nodes of a chunk of so many.
fn chunk(nodes: usize) -> usize {
    nodes.div_ceil(CHUNKS).max(LEAST_CHUNK)
}

/// A record: two words, the first of which orders.
fn record(upper: u32, lower: u32) -> u64 {
    u64::from(upper) << 32 | u64::from(lower)
}

/// The first word of a record.
fn upper(record: u64) -> u32 {
    (record >> 32) as u32
}

/// A step of the sort: moves the records of the chunks, in order, to the cells of their digits in `target`.
fn step<I: Iterator<Item = u64>>(
    target: &mut [u64],
    chunks: usize,
    records: impl Fn(usize) -> I + Sync,
    digit: impl Fn(u64) -> usize + Sync,
) {
    let counted = (0..chunks).into_par_iter().map(|chunk| {
        let mut counts = [0; DIGITS];
        count(&mut counts, records(chunk).map(&digit));
        counts
    });
    let counts: Vec<Counts> = counted.collect();
    cells(target, &counts).into_par_iter().enumerate().for_each(|(chunk, mut cells)| {
        scatter(&mut cells, records(chunk).map(|record| (digit(record), record)));
    });
}

/// Cuts `target` into cells in the order of (digit, chunk), as long as counted; returns those of each chunk.
fn cells<'a>(mut target: &'a mut [u64], counts: &[Counts]) -> Vec<[&'a mut [u64]; DIGITS]> {
    let mut cells: Vec<_> = counts.iter().map(|_| std::array::from_fn(|_| <&mut [u64]>::default())).collect();
    for digit in 0..DIGITS {
        for (counts, cells) in counts.iter().zip(&mut cells) {
            let (cell, rest) = target.split_at_mut(counts[digit] as usize);
            (cells[digit], target) = (cell, rest);
        }
    }
    cells
}
