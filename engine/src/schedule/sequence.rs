//! Exchanges of few nodes, one after the other, in the order of a random permutation.
//!
//! A node chooses its partner as the exchanges before its own left its state, and picks something right after its own.
//! While a batch of exchanges runs, what the next one touches is on its way: nodes of the next batch choose beforehand,
//! as long as no exchange of the two batches that comes before theirs touches them.
//!
//! Costs what one holds at random, of initiator and partner, on one thread.

use kernels::exchange::{Nodes, Tally, Within};

use super::batches::{Exchanges, SMALL};
use super::blocks::permuted;
use super::{Draws, NOBODY, Notes, Partners, Protocol};

/// One cycle of few nodes.
#[derive(Debug)]
pub struct Sequence<'a, P, Q> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// Who meets whom.
    pub partners: &'a P,
    /// What happens then.
    pub protocol: &'a Q,
}

/// Nodes that start together, and their partners.
#[derive(Debug, Default)]
struct Starting {
    from: Vec<u32>,
    to: Vec<u32>,
}

impl Starting {
    /// Whether none of their exchanges touches a node.
    fn leaves(&self, node: u32) -> bool {
        !self.from.contains(&node) && !self.to.contains(&node)
    }
}

impl<P, Q> Sequence<'_, P, Q> {
    /// Runs it.
    pub fn run<T: Copy>(&self, state: &mut [T], Notes { mut picks, mut met }: Notes<'_>) -> Tally
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        let cells = self.protocol.cells();
        let nodes = state.len() / cells;
        if let Some(picks) = &mut picks {
            self.partners.pick_words(0..nodes, picks);
            for (node, pick) in picks.iter_mut().enumerate() {
                *pick = if self.partners.may_start(node) { *pick } else { NOBODY };
            }
        }
        if let Some(met) = &mut met {
            met.fill(NOBODY);
        }
        let starters = (0..nodes).filter(|&node| self.partners.may_start(node)).map(|node| node as u32);
        if let Some(list) = self.partners.list() {
            let mut from = permuted(starters.collect(), &self.draws);
            from.retain(|&node| list[node as usize] != NOBODY);
            let to: Vec<_> = from.iter().map(|&node| list[node as usize]).collect();
            assert!(to.iter().all(|&to| (to as usize) < list.len()), "a partner is a node");
            return self.exchanges().run(&mut Within(state), &from, &to);
        }
        let order = permuted(self.with_words(&starters.collect::<Vec<_>>(), nodes), &self.draws);
        let mut tally = Tally::default();
        let (mut waiting, mut starting) = (Starting::default(), Starting::default());
        let mut left = &order[..];
        while !left.is_empty() || !waiting.from.is_empty() {
            let can_start = |node: u32, starting: &Starting| {
                starting.from.len() < SMALL && waiting.leaves(node) && starting.leaves(node)
            };
            while let Some(&(node, word)) = left.first().filter(|(node, _)| can_start(*node, &starting)) {
                if let Some(&(ahead, _)) = left.get(SMALL) {
                    self.exchanges().fetch(&Within(&mut *state), &[ahead], &[]);
                }
                left = &left[1..];
                let own = &mut state[node as usize * cells..][..cells];
                let partner = self.partners.choose(node as usize, word, own);
                if let Some(met) = &mut met {
                    met[node as usize] = partner;
                }
                if partner == NOBODY {
                    self.pick(node, state, &mut picks);
                    continue;
                }
                self.exchanges().fetch(&Within(&mut *state), &[], &[partner]);
                starting.from.push(node);
                starting.to.push(partner);
            }
            tally.add(self.meet(&waiting, state, &mut picks));
            waiting.from.clear();
            waiting.to.clear();
            std::mem::swap(&mut waiting, &mut starting);
        }
        tally
    }

    /// Nodes with the words by which they choose.
    fn with_words<T>(&self, starters: &[u32], nodes: usize) -> Vec<(u32, u32)>
    where
        P: Partners<T>,
    {
        let (mut all, mut words) = (Vec::with_capacity(starters.len()), Vec::new());
        for near in starters.chunk_by(|one, other| one / SMALL as u32 == other / SMALL as u32) {
            let first = near[0] as usize / SMALL * SMALL;
            self.partners.words(first..(first + SMALL).min(nodes), &mut words);
            all.extend(near.iter().map(|&node| (node, words[node as usize - first])));
        }
        all
    }

    fn exchanges(&self) -> Exchanges<'_, Q> {
        Exchanges { draws: self.draws, protocol: self.protocol, nodes: [Nodes::from(&0); 2], scattered: true }
    }

    /// Runs exchanges; initiators pick something before another exchange touches them.
    fn meet<T: Copy>(&self, Starting { from, to }: &Starting, state: &mut [T], picks: &mut Option<&mut [u32]>) -> Tally
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        let mut tally = Tally::default();
        let mut first = 0;
        while first < from.len() {
            let is_free = |&k: &usize| picks.is_none() || !from[first..k].contains(&to[k]);
            let next = first + (first..from.len()).take_while(is_free).count();
            let (from, to) = (&from[first..next], &to[first..next]);
            tally.add(self.exchanges().run_fetched(&mut Within(&mut *state), from, to));
            for &node in from {
                self.pick(node, state, picks);
            }
            first = next;
        }
        tally
    }

    /// A node's turn is over: its pick is a word until then.
    fn pick<T: Copy>(&self, node: u32, state: &[T], picks: &mut Option<&mut [u32]>)
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        let (node, cells) = (node as usize, self.protocol.cells());
        let Some(pick) = picks.as_mut().map(|picks| &mut picks[node]) else { return };
        *pick = self.partners.pick(node, *pick, &state[node * cells..][..cells]);
    }
}
