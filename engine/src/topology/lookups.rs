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

use crate::gossip::protocol::{Hop, Reach};

/// A request goes no further.
const MOST_HOPS: u32 = 64;

/// Requests that a thread takes at once. Changes speed only.
const AT_ONCE: usize = 256;

/// What requests go through.
pub trait Routes: Sync {
    /// The member of a row, if anybody's.
    fn member(&self, row: usize) -> Option<u32>;
    /// Rows.
    fn rows(&self) -> usize;
    /// Whether a node is a member.
    fn holds(&self, node: u32) -> bool;
    /// The next hop of a request for a key, which a member has got.
    fn hop(&self, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop>;
    /// The owner of a key; `None` if there are no members.
    fn owner(&self, key: u32) -> Option<u32>;
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

/// The owner of a key, of those who stand at some positions, ascending; `None` of nobody.
#[must_use]
pub fn owner(stands: &[(u32, u32)], key: u32, routing: Routing) -> Option<u32> {
    let at = stands.partition_point(|&(position, _)| position < key);
    let behind = stands.get(at).or(stands.first())?;
    let owner = match routing {
        Routing::Chord => behind,
        Routing::Pastry => {
            let before = at.checked_sub(1).map_or(stands.last(), |before| stands.get(before))?;
            [behind, before].into_iter().min_by_key(|(position, _)| way_around(*position, key))?
        }
        Routing::Kademlia => {
            // Of those who share the first bits with the key, the ones who share the next, if there are any.
            let mut left = stands;
            for bit in (0..u32::BITS).rev() {
                let ones = left.partition_point(|(position, _)| position >> bit & 1 == 0);
                let (zeros, ones) = left.split_at(ones);
                let [same, other] = if key >> bit & 1 == 0 { [zeros, ones] } else { [ones, zeros] };
                left = if same.is_empty() { other } else { same };
            }
            left.first()?
        }
    };
    Some(owner.1)
}

/// What became of a request.
#[derive(Clone, Copy, Debug)]
struct Fate {
    end: End,
    hops: u32,
    timeouts: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Owner,
    Other,
    Nowhere,
}

/// How often a random member is sought before there is taken to be none.
const ATTEMPTS: usize = 10_000;

/// A request, from a random member to a random key.
fn walk(routes: &impl Routes, network: &Network, words: &mut Words) -> Option<Fate> {
    let mut node = (0..ATTEMPTS).find_map(|_| routes.member(words.below(routes.rows())))?;
    let key = words.word();
    let owner = routes.owner(key)?;
    let delivered = (1.0 - network.request_loss) * (1.0 - network.reply_loss);
    let arrives = |word: u32| f64::from(word) < delivered * 2_f64.powi(32);
    let (mut hops, mut timeouts) = (0, 0);
    let end = loop {
        let mut tries = |other: u32| (delivered >= 1.0 || arrives(words.word())) && routes.holds(other);
        let mut reach = Reach { tries: &mut tries, timeouts: 0 };
        let hop = routes.hop(node, key, &mut reach)?;
        timeouts += reach.timeouts;
        let last = match hop {
            Hop::To(_) if hops == MOST_HOPS => break End::Nowhere,
            Hop::To(next) => {
                node = next;
                hops += 1;
                continue;
            }
            Hop::Last(next) => {
                hops += u32::from(next != node);
                next
            }
            Hop::Here => node,
            Hop::Stuck => break End::Nowhere,
        };
        break if last == owner { End::Owner } else { End::Other };
    };
    Some(Fate { end, hops, timeouts })
}

/// The row of `lookups` after a cycle; `stream` has the words of each request.
pub fn row(
    (cycle, app): (u32, Option<String>),
    Lookups { per_cycle, routing }: Lookups,
    (routes, network): (&impl Routes, &Network),
    stream: Stream,
) -> LookupRow {
    let requests = (0..per_cycle).into_par_iter().with_min_len(AT_ONCE);
    let fates: Vec<Fate> =
        requests.filter_map(|request| walk(routes, network, &mut Words::new(stream, request))).collect();
    let share = |end: End| fraction(fates.iter().filter(|fate| fate.end == end).count(), fates.len());
    let mut hops: Vec<u32> = fates.iter().filter(|fate| fate.end == End::Owner).map(|fate| fate.hops).collect();
    hops.sort_unstable();
    let quantile = |share: f64| {
        let rank = (hops.len() as f64 * share).ceil().max(1.0) as usize;
        hops.get(rank - 1).map_or(f64::NAN, |&hops| hops.into())
    };
    let sum = |all: &mut dyn Iterator<Item = u32>| all.map(u64::from).sum::<u64>() as usize;
    LookupRow {
        cycle,
        app,
        routing: routing.name().to_owned(),
        lookups_count: fates.len() as u64,
        success_fraction: share(End::Owner),
        wrong_fraction: share(End::Other),
        stuck_fraction: share(End::Nowhere),
        hops_mean: fraction(sum(&mut hops.iter().copied()), hops.len()),
        hops_p50: quantile(0.5),
        hops_p99: quantile(0.99),
        hops_max: hops.last().copied(),
        timeouts_mean: fraction(sum(&mut fates.iter().map(|fate| fate.timeouts)), fates.len()),
    }
}

fn fraction(part: usize, whole: usize) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
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
                let around = |at: u32| at.wrapping_sub(key).min(key.wrapping_sub(at));
                assert_eq!(owner(&stands, key, Routing::Chord), least(&|at| at.wrapping_sub(key)));
                assert_eq!(owner(&stands, key, Routing::Pastry), least(&around));
                assert_eq!(owner(&stands, key, Routing::Kademlia), least(&|at| at ^ key));
            }
        }
        assert_eq!(owner(&[], 7, Routing::Kademlia), None);
    }
}
