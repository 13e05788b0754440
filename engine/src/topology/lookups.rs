//! Requests for keys, walked through what members keep. They read, and change nothing.
//!
//! ```text
//! a random member asks for a random key: who stands at or behind it?
//! each member that gets the request sends it to the one it knows that is best for the key, and lives; a node that does
//! not answer, or a message that is lost, is a timeout, and the next best is tried
//! ```
//!
//! Costs a record at random for each hop, and a byte for each node that is tried.

use datasets::scenario::{Lookups, Network, Routing};
use datasets::trace::LookupRow;
use kernels::philox::Stream;
use kernels::views::Words;
use rayon::prelude::*;

use super::judge::fraction;
use crate::gossip::protocol::{Hop, Reach};

/// A request goes no further.
const MOST_HOPS: u32 = 64;

/// Requests that a thread takes at once. Changes speed only.
const AT_ONCE: usize = 256;

/// What requests go through.
pub trait Routes: Sync {
    /// A random node that asks for something; `None` if there is none.
    fn asking(&self, words: &mut Words) -> Option<Asking<'_>>;
    /// Whether a node is a member.
    fn holds(&self, node: u32) -> bool;
    /// The next hop of a request for a key, which a member has got.
    fn hop(&self, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop>;
    /// Those whom a member knows to stand behind it, the nearest first.
    fn behind(&self, node: u32) -> Vec<u32>;
}

/// Where a request begins.
#[derive(Clone, Copy, Debug)]
pub enum Asking<'a> {
    /// At a member.
    Member(u32),
    /// At the first that answers of the contacts which a node knows that is no member.
    Contacts(&'a [u32]),
}

/// How often a random member is sought before there is taken to be none.
const ATTEMPTS: usize = 10_000;

/// A random one of some rows that is somebody's who may ask; `None` if there is none.
pub fn random(rows: usize, words: &mut Words, asker: impl Fn(usize) -> Option<u32>) -> Option<u32> {
    if rows == 0 {
        return None;
    }
    (0..ATTEMPTS).find_map(|_| asker(words.below(rows)))
}

/// The first of some, by what is least of each, that answers. Somebody may be there several times.
pub fn first_to_answer<T>(
    all: &(impl Iterator<Item = u32> + Clone),
    least: impl Fn(u32) -> u64,
    mut answers: impl FnMut(u32) -> Option<T>,
) -> Option<T> {
    let mut tried = None;
    loop {
        let left =
            all.clone().map(|one| (least(one), one)).filter(|(value, _)| tried.is_none_or(|tried| *value > tried));
        let (value, next) = left.min()?;
        if let Some(answer) = answers(next) {
            return Some(answer);
        }
        tried = Some(value);
    }
}

/// How far a position is from a key, the shorter way around. No two positions are as far.
#[must_use]
pub fn way_around(position: u32, key: u32) -> u64 {
    let way = position.wrapping_sub(key);
    u64::from(way.min(way.wrapping_neg())) << 32 | u64::from(position)
}

/// The owner of a key, of those who stand at some positions, ascending: its place among them, and who it is. `None` of
/// nobody.
#[must_use]
pub fn owner(stands: &[(u32, u32)], key: u32, routing: Routing) -> Option<(usize, u32)> {
    let last = stands.len().checked_sub(1)?;
    let at = stands.partition_point(|&(position, _)| position < key);
    let behind = if at > last { 0 } else { at };
    let place = match routing {
        Routing::Chord => behind,
        Routing::Pastry => {
            let before = behind.checked_sub(1).unwrap_or(last);
            if way_around(stands[before].0, key) < way_around(stands[behind].0, key) { before } else { behind }
        }
        Routing::Kademlia => {
            // Of those who share the first bits with the key, the ones who share the next, if there are any.
            let mut left = 0..stands.len();
            for bit in (0..u32::BITS).rev() {
                let is_zero = |(position, _): &(u32, u32)| position >> bit & 1 == 0;
                let border = left.start + stands[left.clone()].partition_point(is_zero);
                let (zeros, ones) = (left.start..border, border..left.end);
                let [same, other] = if key >> bit & 1 == 0 { [zeros, ones] } else { [ones, zeros] };
                left = if same.is_empty() { other } else { same };
            }
            left.start
        }
    };
    Some((place, stands[place].1))
}

/// Where a request went.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// The member at which it ended; `None` if it did not end.
    pub end: Option<u32>,
    /// Moves from one member to another.
    pub hops: u32,
    /// Nodes that did not answer.
    pub timeouts: u32,
}

/// Whether messages arrive: those to members, unless they or their answers are lost.
pub fn arrival(network: &Network, holds: impl Fn(u32) -> bool) -> impl Fn(&mut Words, u32) -> bool {
    let delivered = (1.0 - network.request_loss) * (1.0 - network.reply_loss);
    let arrives = move |word: u32| f64::from(word) < delivered * 2_f64.powi(32);
    move |words: &mut Words, node: u32| (delivered >= 1.0 || arrives(words.word())) && holds(node)
}

/// A request for a key; `None` if the members answer none.
pub fn walk(routes: &impl Routes, network: &Network, words: &mut Words, from: Asking<'_>, key: u32) -> Option<Walk> {
    let arrives = arrival(network, |node| routes.holds(node));
    let (mut hops, mut timeouts) = (0, 0);
    let mut node = match from {
        Asking::Member(node) => node,
        Asking::Contacts(contacts) => {
            let Some(tried) = contacts.iter().position(|contact| arrives(words, *contact)) else {
                return Some(Walk { end: None, hops, timeouts: contacts.len() as u32 });
            };
            (hops, timeouts) = (1, tried as u32);
            contacts[tried]
        }
    };
    let end = loop {
        let mut tries = |other: u32| arrives(words, other);
        let mut reach = Reach { tries: &mut tries, timeouts: 0 };
        let hop = routes.hop(node, key, &mut reach)?;
        timeouts += reach.timeouts;
        match hop {
            Hop::To(_) if hops == MOST_HOPS => break None,
            Hop::To(next) => {
                node = next;
                hops += 1;
            }
            Hop::Last(next) => {
                hops += u32::from(next != node);
                break Some(next);
            }
            Hop::Here => break Some(node),
            Hop::Stuck => break None,
        }
    };
    Some(Walk { end, hops, timeouts })
}

/// The row of `lookups` after a cycle, of members who stand at some positions, ascending; `stream` has the words of
/// each request.
pub fn row(
    (cycle, app): (u32, Option<String>),
    Lookups { per_cycle, routing, asker }: Lookups,
    (routes, network, stands): (&impl Routes, &Network, &[(u32, u32)]),
    stream: Stream,
) -> LookupRow {
    let request = |number: u32| {
        let words = &mut Words::new(stream, number);
        let asking = routes.asking(words)?;
        let key = words.word();
        let (_, owner) = owner(stands, key, routing)?;
        let walk = walk(routes, network, words, asking, key)?;
        Some((walk, walk.end == Some(owner)))
    };
    let requests = (0..per_cycle).into_par_iter().with_min_len(AT_ONCE);
    let fates: Vec<(Walk, bool)> = requests.filter_map(request).collect();
    let share = |is: &dyn Fn(&Walk, bool) -> bool| {
        fraction(fates.iter().filter(|(walk, is_owner)| is(walk, *is_owner)).count() as u64, fates.len() as u64)
    };
    let mut hops: Vec<u32> = fates.iter().filter(|(_, is_owner)| *is_owner).map(|(walk, _)| walk.hops).collect();
    hops.sort_unstable();
    let quantile = |share: f64| {
        let rank = (hops.len() as f64 * share).ceil().max(1.0) as usize;
        hops.get(rank - 1).map_or(f64::NAN, |&hops| hops.into())
    };
    let sum = |all: &mut dyn Iterator<Item = u32>| all.map(u64::from).sum::<u64>();
    LookupRow {
        cycle,
        app,
        routing: routing.name().to_owned(),
        lookups_count: fates.len() as u64,
        asker: asker.name().to_owned(),
        success_fraction: share(&|_, is_owner| is_owner),
        wrong_fraction: share(&|walk, is_owner| walk.end.is_some() && !is_owner),
        stuck_fraction: share(&|walk, _| walk.end.is_none()),
        hops_mean: fraction(sum(&mut hops.iter().copied()), hops.len() as u64),
        hops_p50: quantile(0.5),
        hops_p99: quantile(0.99),
        hops_max: hops.last().copied(),
        timeouts_mean: fraction(sum(&mut fates.iter().map(|(walk, _)| walk.timeouts)), fates.len() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_those_of_a_search_through_all() {
        for members in [1_u32, 2, 3, 30, 500] {
            let mut stands: Vec<(u32, u32)> =
                (0..members).map(|node| (kernels::scalar::mixed([1, 2], node), node)).collect();
            stands.sort_unstable();
            for key in (0..2_000).map(|k| kernels::scalar::mixed([3, 4], k)).chain([0, u32::MAX, stands[0].0]) {
                let least =
                    |of: &dyn Fn(u32) -> u32| stands.iter().min_by_key(|(at, _)| of(*at)).map(|(_, node)| *node);
                let node = |key: u32, routing: Routing| owner(&stands, key, routing).map(|(_, node)| node);
                let around = |at: u32| at.wrapping_sub(key).min(key.wrapping_sub(at));
                assert_eq!(node(key, Routing::Chord), least(&|at| at.wrapping_sub(key)));
                assert_eq!(node(key, Routing::Pastry), least(&around));
                assert_eq!(node(key, Routing::Kademlia), least(&|at| at ^ key));
            }
        }
        assert_eq!(owner(&[], 7, Routing::Kademlia), None);
    }
}
