//! Which row of an inventory, or host of a trace, each node is, where each is as often in the cloud as every other.
//!
//! ```text
//! places of nodes in a random order:  0 … rows-1 | rows … 2·rows-1 | … | the rest, fewer than rows
//! row at a place:                     0 … rows-1 | 0 … rows-1      | … | the first ones of another random order
//! ```
//!
//! Each row is there as many times as rows fit into the nodes, and some random ones once more; with fewer nodes than
//! rows, random ones once. Keeps nothing but the keys of the two orders: some thirty multiplications a node.

use kernels::permutation::Permutation;

use crate::schedule::purpose::{ROWS, for_life};

/// Which row each node is.
#[derive(Clone, Debug)]
pub struct Exact {
    rows: u32,
    /// Places of nodes that lie in whole rounds of all rows.
    whole: u32,
    nodes: Permutation,
    rest: Permutation,
}

impl Exact {
    /// So many nodes of so many rows, at least one of both.
    pub fn new(nodes: u32, rows: u32, seed: u64) -> Self {
        let order = |range, number| Permutation::new(range, &for_life(seed, ROWS + number));
        Self { rows, whole: nodes / rows * rows, nodes: order(nodes, 0), rest: order(rows, 1) }
    }

    /// The row that a node is.
    pub fn row(&self, node: u32) -> u32 {
        self.at(self.nodes.of(node))
    }

    /// The rows that the nodes `first..` are.
    pub fn fill(&self, rows: &mut [u32], first: u32) {
        rows.iter_mut().zip(first..).for_each(|(row, node)| *row = node);
        self.nodes.put(rows);
        for row in rows {
            *row = self.at(*row);
        }
    }

    /// The row at a place.
    fn at(&self, place: u32) -> u32 {
        if place < self.whole { place % self.rows } else { self.rest.of(place - self.whole) }
    }
}

#[cfg(test)]
mod tests {
    use super::Exact;

    /// How often each row is there.
    fn counts(nodes: u32, rows: u32, seed: u64) -> Vec<u32> {
        let exact = Exact::new(nodes, rows, seed);
        let mut counts = vec![0; rows as usize];
        let mut filled = vec![0; nodes as usize];
        exact.fill(&mut filled, 0);
        for (node, row) in (0..).zip(filled) {
            assert_eq!(row, exact.row(node));
            counts[row as usize] += 1;
        }
        counts
    }

    #[test]
    fn no_row_is_more_than_once_more_often_there_than_another() {
        for (nodes, rows) in [(1000, 1000), (1, 1), (1, 7), (3, 7), (7, 3), (2500, 1000), (999, 1000), (10_001, 7)] {
            let counts = counts(nodes, rows, 1);
            let (least, most) = (nodes / rows, nodes.div_ceil(rows));
            assert!(counts.iter().all(|count| (least..=most).contains(count)), "{nodes} of {rows}");
        }
    }

    #[test]
    fn which_rows_are_there_once_more_is_drawn() {
        const SEEDS: u64 = 4000;
        let mut more = [0.0; 8];
        for seed in 0..SEEDS {
            for (more, count) in more.iter_mut().zip(counts(8 + 3, 8, seed)) {
                *more += f64::from(count) - 1.0;
            }
        }
        let share = 3.0 / 8.0;
        let error = (share * (1.0 - share) * SEEDS as f64).sqrt();
        for more in more {
            assert!((more - share * SEEDS as f64).abs() < 4.0 * error, "{more}");
        }
    }
}
