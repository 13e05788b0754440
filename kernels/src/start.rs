//! What views hold at first: other nodes at random.

use crate::exchange::BATCH;
use crate::peers::uniform_many;
use crate::philox::Stream;
use crate::views::{View, Words, words};

/// Nodes that are drawn before any is looked at, so that the looks do not wait for each other. Changes speed only.
const DRAWN_TOGETHER: usize = 16;

/// Fills the views of the nodes `first..`, at most [`BATCH`], at random: all draws side by side, and those of which two
/// are the same again.
pub fn all_at_random(records: &mut [u32], entries: usize, first: usize, nodes: usize, stream: Stream) {
    let count = records.len() / words(entries);
    let mut rows = vec![[0; BATCH]; entries];
    uniform_many(&mut rows, count, &stream, first as u32, (nodes as u32 - 1).max(1));
    // Where two are the same.
    let mut same = [nodes <= entries; BATCH];
    for (number, row) in rows.iter().enumerate() {
        for other in &rows[..number] {
            same.iter_mut().zip(row.iter().zip(other)).for_each(|(same, (one, other))| *same |= one == other);
        }
    }
    for (k, record) in records.chunks_exact_mut(words(entries)).enumerate() {
        let node = (first + k) as u32;
        let mut view = View::of(record, entries);
        view.ages.fill(0);
        for (address, row) in view.addresses.iter_mut().zip(&rows) {
            *address = row[k] + u32::from(row[k] >= node);
        }
        if same[k] {
            at_random(&mut view, first + k, entries.min(nodes - 1), nodes, |_| true, stream);
        }
    }
}

/// Fills the view of a node with so many live others at random.
pub fn at_random(
    view: &mut View<'_>,
    node: usize,
    others: usize,
    nodes: usize,
    is_live: impl Fn(usize) -> bool,
    stream: Stream,
) {
    let mut words = Words::new(stream, node as u32);
    let mut chosen = Vec::with_capacity(others);
    // Among a handful of nodes a view holds nearly all, and each is found in turn.
    while chosen.len() < others {
        let drawn: [usize; DRAWN_TOGETHER] = std::array::from_fn(|_| {
            let other = words.below(nodes - 1);
            other + usize::from(other >= node)
        });
        for (other, is_live) in drawn.into_iter().zip(drawn.map(&is_live)) {
            if chosen.len() < others && is_live && !chosen.contains(&(other as u32, 0)) {
                chosen.push((other as u32, 0));
            }
        }
    }
    view.fill(chosen.into_iter());
}
