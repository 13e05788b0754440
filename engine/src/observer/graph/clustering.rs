//! The clustering coefficient: of the pairs of a node's neighbours, the share that are neighbours.
//!
//! Reads the views of a sample of nodes and of their neighbours.

use rayon::prelude::*;

use super::Graph;

impl Graph<'_> {
    /// The mean clustering coefficient of some nodes, and how many of them have two neighbours. `arcs` say who knows
    /// them.
    pub(super) fn clustering(&self, sample: &[u32], arcs: &[(u32, u32)]) -> (f64, u64) {
        let mut neighbours: Vec<Vec<u32>> = sample.iter().map(|&node| self.live_known(node).collect()).collect();
        for &(at, node) in arcs {
            neighbours[at as usize].push(node);
        }
        let shares: Vec<Option<f64>> = neighbours.into_par_iter().map(|around| self.share(around)).collect();
        let count = shares.iter().flatten().count();
        (shares.iter().flatten().sum::<f64>() / count as f64, count as u64)
    }

    /// The share of the pairs of some nodes that are neighbours, if there is a pair.
    fn share(&self, mut around: Vec<u32>) -> Option<f64> {
        around.sort_unstable();
        around.dedup();
        let pairs = around.len() * around.len().saturating_sub(1) / 2;
        let mut edges: Vec<(u32, u32)> = (around.iter())
            .flat_map(|&node| self.known(node).map(move |other| (node.min(other), node.max(other))))
            .filter(|(low, high)| around.binary_search(low).is_ok() && around.binary_search(high).is_ok())
            .collect();
        edges.sort_unstable();
        edges.dedup();
        (pairs > 0).then(|| edges.len() as f64 / pairs as f64)
    }
}
