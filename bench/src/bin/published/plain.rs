//! Plain programs beside which ours are held: one node after the other, in a fresh random order in every cycle.
//!
//! They share nothing with the engine but what two views become in an exchange, which has a twin of its own.

use std::collections::BTreeSet;

use kernels::generic::generic;
use kernels::slicing::largest_gain;
use kernels::views::{Generic, Pair, View, words};

/// A sequence of random numbers (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014).
pub struct Random(u64);

impl Random {
    /// A sequence of its own for each seed.
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed) << 32)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ word >> 31
    }

    fn below(&mut self, range: usize) -> usize {
        (u128::from(self.next()) * range as u128 >> 64) as usize
    }

    fn unit(&mut self) -> f64 {
        self.next() as f64 / 2_f64.powi(64)
    }

    /// Another of so many nodes.
    fn other(&mut self, node: usize, nodes: usize) -> usize {
        let other = self.below(nodes - 1);
        other + usize::from(other >= node)
    }

    /// All of so many nodes, in random order.
    fn order(&mut self, nodes: usize) -> Vec<usize> {
        let mut order: Vec<_> = (0..nodes).collect();
        for last in (1..nodes).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}

/// The logarithm of the factor by which averaging lowers the variance of uniform values in a cycle, of so many.
pub fn averaging(nodes: u32, cycles: u32, seed: u32) -> f64 {
    let (mut random, nodes) = (Random::new(seed), nodes as usize);
    let mut values: Vec<f64> = (0..nodes).map(|_| random.unit()).collect();
    let before = variance(&values);
    for _ in 0..cycles {
        for node in random.order(nodes) {
            let other = random.other(node, nodes);
            let mean = f64::midpoint(values[node], values[other]);
            (values[node], values[other]) = (mean, mean);
        }
    }
    libm::log(variance(&values) / before) / f64::from(cycles)
}

/// A small world (Watts and Strogatz 1998): of each node `degree` / 2 links to the next on a ring, of which each leads
/// with a probability to a random other instead. Whom each node is linked to.
pub fn small_world(nodes: u32, degree: usize, rewired: f64, seed: u32) -> Vec<Vec<usize>> {
    let (mut random, nodes) = (Random::new(seed), nodes as usize);
    let mut links = vec![BTreeSet::new(); nodes];
    let ring: Vec<_> = (0..nodes).flat_map(|node| (1..=degree / 2).map(move |step| (node, step))).collect();
    let ring = ring.into_iter().map(|(node, step)| (node, (node + step) % nodes));
    let chosen: Vec<_> = ring
        .map(|(node, next)| (node, if random.unit() < rewired { random.other(node, nodes) } else { next }))
        .collect();
    for (node, other) in chosen {
        links[node].insert(other);
        links[other].insert(node);
    }
    links.into_iter().map(|links| links.into_iter().collect()).collect()
}

/// A preferential graph (Barabási and Albert 1999): all of the first know each other; each later node is linked to
/// `degree` / 2 earlier ones, each as likely as it has links. Whom each node is linked to.
pub fn preferential(nodes: u32, degree: usize, seed: u32) -> Vec<Vec<usize>> {
    let (mut random, nodes) = (Random::new(seed), nodes as usize);
    let mut links = vec![Vec::new(); nodes];
    let mut ends = Vec::new();
    for node in 1..nodes {
        let mut chosen: BTreeSet<_> = (0..node).take_while(|_| node <= degree / 2).collect();
        while chosen.len() < node.min(degree / 2) {
            chosen.insert(ends[random.below(ends.len())]);
        }
        for other in chosen {
            ends.extend([node, other]);
            links[node].push(other);
            links[other].push(node);
        }
    }
    links
}

/// The logarithm of the factor by which averaging along links lowers the variance of uniform values in a cycle.
pub fn averaging_along(links: &[Vec<usize>], cycles: u32, seed: u32) -> f64 {
    let mut random = Random::new(seed);
    let mut values: Vec<f64> = links.iter().map(|_| random.unit()).collect();
    let before = variance(&values);
    for _ in 0..cycles {
        for node in random.order(links.len()) {
            let other = links[node][random.below(links[node].len())];
            let mean = f64::midpoint(values[node], values[other]);
            (values[node], values[other]) = (mean, mean);
        }
    }
    libm::log(variance(&values) / before) / f64::from(cycles)
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// The root mean square errors of ranks after each of so many cycles of ordered slicing among random candidates; nodes
/// swap with a random misplaced one, or with that of the largest gain.
pub fn slicing(nodes: u32, candidates: usize, is_max_gain: bool, cycles: u32, seed: u32) -> Vec<f64> {
    let (mut random, nodes) = (Random::new(seed), nodes as usize);
    // A node's number is the order of its attribute.
    let mut ids: Vec<f64> = (0..nodes).map(|_| random.unit()).collect();
    let bits = |id: f64| id.to_bits();
    let errors = |_| {
        for node in random.order(nodes) {
            let looked_at: Vec<_> = (0..candidates).map(|_| random.other(node, nodes)).collect();
            let chosen = if is_max_gain {
                let places: Vec<_> = looked_at.iter().map(|&other| other as u64).collect();
                let held: Vec<_> = looked_at.iter().map(|&other| bits(ids[other])).collect();
                largest_gain((node as u64, bits(ids[node])), &places, &held).map(|draw| looked_at[draw])
            } else {
                let wrong = |other: &&usize| (**other > node) != (ids[**other] > ids[node]);
                let wrong: Vec<_> = looked_at.iter().filter(wrong).collect();
                (!wrong.is_empty()).then(|| *wrong[random.below(wrong.len())])
            };
            if let Some(other) = chosen {
                ids.swap(node, other);
            }
        }
        let mut order: Vec<_> = (0..nodes).collect();
        order.sort_unstable_by(|&one, &other| ids[one].total_cmp(&ids[other]));
        let off = |(rank, &node): (usize, &usize)| (rank as f64 - node as f64).powi(2);
        let squares: f64 = order.iter().enumerate().map(off).sum();
        (squares / nodes as f64).sqrt() / nodes as f64
    };
    (0..cycles).map(errors).collect()
}

/// The records of the views of so many nodes after so many cycles of the generic framework, whose partners are random
/// entries, from a random graph on.
pub fn gossip(nodes: u32, entries: usize, rules: &Generic, cycles: u32, seed: u32) -> Vec<u32> {
    let (mut random, nodes) = (Random::new(seed), nodes as usize);
    let cells = words(entries);
    let mut records = vec![0; nodes * cells];
    for (node, record) in records.chunks_exact_mut(cells).enumerate() {
        for place in 0..entries {
            record[place] = loop {
                let other = random.other(node, nodes) as u32;
                if !record[..place].contains(&other) {
                    break other;
                }
            };
        }
    }
    for _ in 0..cycles {
        for own in random.order(nodes) {
            let other = records[own * cells + random.below(entries)] as usize;
            let (low, high) = records.split_at_mut(own.max(other) * cells);
            let (low, high) = (&mut low[own.min(other) * cells..][..cells], &mut high[..cells]);
            let [one, two] = if own < other { [low, high] } else { [high, low] };
            let mut pair = Pair {
                own: own as u32,
                other: other as u32,
                own_view: View::of(one, entries),
                other_view: View::of(two, entries),
                reply_lost: false,
            };
            let word = random.next();
            generic(&mut pair, rules, [word as u32, (word >> 32) as u32]);
        }
    }
    records
}
