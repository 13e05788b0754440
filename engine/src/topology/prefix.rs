//! The bootstrapping service: leaf sets, and tables by the digits of positions ([`kernels::topology::prefix`]), through
//! which requests are routed as in Pastry or Kademlia.
//!
//! Reads and writes a record of 5 bytes an entry three times a cycle as a stream and once at random, and a byte at
//! random for each partner that is tried. By default among a million members that are 320 entries, 1.6 kB. Members get
//! samples as those of [`super::tman`] do.

use datasets::scenario::{Digits, Routing, Topology};
use kernels::topology::prefix::{MOST_TABLE, Member, Shape, exchange};
use kernels::topology::record::Kept;
use rayon::prelude::*;

use super::judge::{Every, Measured, Seated, behind, fraction, judge, seated, stands};
use super::lookups::{first_to_answer, way_around};
use super::meeting::{Choice, entries_bytes, partner, sample};
use super::numbering::{Numbering, OnRing};
use crate::gossip::around::Turn;
use crate::gossip::members::Members;
use crate::gossip::protocol::{Hop, Pair, Protocol, Reach};
use crate::memory::STRIDE;

/// Whatever table a scenario may ask for fits in a message.
const _: () = assert!(Digits::MOST as usize <= MOST_TABLE);

/// The bootstrapping service.
#[derive(Debug)]
pub struct Prefix {
    numbering: OnRing,
    shape: Shape,
    choice: Choice,
    /// How requests find their way.
    routing: Routing,
}

impl Prefix {
    /// That of a scenario, whose tables are made of digits.
    #[must_use]
    pub fn new(numbering: OnRing, topology: &Topology, digits: Digits, routing: Routing) -> Self {
        let most_age = topology.max_age as u8;
        let shape = Shape {
            leaf: topology.near as usize,
            bits: digits.bits,
            rows: digits.rows as usize,
            per_slot: digits.per_slot as usize,
            samples: topology.samples as usize,
            most_age,
        };
        let idle = topology.idle.map(|cycles| cycles as u8);
        let choice = Choice { count: topology.choice as usize, idle, most_age };
        Self { numbering, shape, choice, routing }
    }

    fn kept<'m>(&self, record: &'m [u32]) -> Kept<'m, u32> {
        Kept::of(self.shape.parts(), record)
    }
}

impl Protocol for Prefix {
    type Record = [u32];

    fn cells(&self) -> usize {
        self.shape.parts().cells::<u32>()
    }

    fn wire_bytes(&self) -> [u64; 2] {
        [0; 2]
    }

    fn init(&self, own: &mut [u32], turn: &mut Turn<'_>) {
        let (now, node) = (turn.cycle() as u8, turn.node);
        let mut member = Member::begin(&self.shape, self.numbering.place_of(node, turn), own, now);
        sample(&self.numbering, &mut member.record, turn, node);
        member.start(now);
    }

    fn begin_cycle(&self, own: &mut [u32], turn: &mut Turn<'_>) {
        let mut member = Member::of(&self.shape, own);
        member.turn(turn.cycle() as u8);
        if !turn.is_oracle() {
            let node = turn.node;
            sample(&self.numbering, &mut member.record, turn, node);
        }
    }

    fn partner(&self, own: &mut [u32], turn: &mut Turn<'_>) -> Option<u32> {
        partner(&self.numbering, &mut Member::of(&self.shape, own).record, turn, self.choice)
    }

    fn exchange(&self, pair: &mut Pair<'_, '_, [u32]>) {
        let Pair { own, other, other_node, is_reply_lost, turn } = pair;
        let mut members = [Member::of(&self.shape, own), Member::of(&self.shape, other)];
        if turn.is_oracle() {
            for (member, node) in members.iter_mut().zip([turn.node, *other_node]) {
                sample(&self.numbering, &mut member.record, turn, node);
            }
        }
        let keys = [0; 2].map(|_| [0; 2].map(|_| turn.word()));
        let [request, reply] = exchange(members, turn.cycle() as u8, *is_reply_lost, keys);
        turn.told(entries_bytes::<OnRing>(request + reply));
    }

    fn behind(&self, members: &Members<'_, [u32]>, node: u32) -> Vec<u32> {
        let Some(kept) = members.get(node).map(|record| self.kept(record)) else { return Vec::new() };
        let places = behind(kept.own, kept.near().iter().copied());
        places.into_iter().map(|place| self.numbering.node(place)).collect()
    }

    fn stands(&self, members: &Members<'_, [u32]>) -> Vec<(u32, u32)> {
        stands(members, |record| Some(self.kept(record).own))
    }

    fn measures(&self) -> &'static [&'static str] {
        Measured::NAMES
    }

    fn measure(&self, members: &Members<'_, [u32]>) -> Vec<f64> {
        let places = seated(members, |record| self.kept(record).own);
        let sorted: Vec<u32> = places.iter().map(|(place, _)| *place).collect();
        let links = if sorted.is_empty() { Vec::new() } else { self.numbering.links(&sorted) };
        let found = judge(members, &self.numbering, (self.shape.parts(), self.choice.idle), (&places, &links));
        let held = self.held(members, &places);
        let every = Every::new(sorted.len(), members.judged);
        let leaf = self.shape.leaf.min(sorted.len().saturating_sub(1));
        let (wanted_leaf, wanted_table) = ((every.of(sorted.len()) * leaf) as u64, self.wanted(&sorted, every));
        let measured = Measured {
            leaf_missing: fraction(wanted_leaf - held.leaf, wanted_leaf),
            table_missing: fraction(wanted_table - held.table, wanted_table),
            ..found.into()
        };
        measured.values()
    }

    fn hop(&self, members: &Members<'_, [u32]>, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop> {
        let kept = self.kept(members.get(node)?);
        let mut answers = |place: u32| {
            let node = self.numbering.node(place);
            reach.answers(node).then_some(node)
        };
        Some(match self.routing {
            Routing::Kademlia => by_bits(&kept, key, &mut answers),
            Routing::Pastry | Routing::Chord => self.by_digits(&kept, key, &mut answers),
        })
    }
}

/// To the known one whose bits differ least from those of the key, as long as that is not the member itself.
fn by_bits(kept: &Kept<'_, u32>, key: u32, answers: &mut impl FnMut(u32) -> Option<u32>) -> Hop {
    let own = kept.own ^ key;
    let better = kept.entries().filter(|place| place ^ key < own);
    first_to_answer(&better, |place| (place ^ key).into(), answers).map_or(Hop::Here, Hop::To)
}

/// Entries that there are, of those that there are to be.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    leaf: u64,
    table: u64,
}

impl Prefix {
    /// Within the leaf set to the one next to the key; else to one of the slot of the key's next digit, or any that
    /// shares as many digits and is nearer.
    fn by_digits(&self, kept: &Kept<'_, u32>, key: u32, answers: &mut impl FnMut(u32) -> Option<u32>) -> Hop {
        let own = kept.own;
        let near = kept.near().iter().copied().filter(|place| *place != own);
        let mut ways: Vec<u32> = near.clone().map(|place| place.wrapping_sub(own)).collect();
        ways.sort_unstable();
        ways.dedup();
        let side = ways.len().min(self.shape.leaf / 2);
        let Some(top) = side.checked_sub(1).map(|last| ways[last]) else {
            // Whoever knows nobody takes itself for the only member.
            return Hop::Here;
        };
        let way = key.wrapping_sub(own);
        let away = |place: u32| way_around(place, key);
        let is_nearer = |place: &u32| away(*place) < away(own);
        if way <= top || way >= ways[ways.len() - side] {
            return first_to_answer(&near.filter(is_nearer), away, answers).map_or(Hop::Here, Hop::To);
        }
        let per_slot = self.shape.per_slot;
        let slot = self.shape.slot(own, key).map_or(&[][..], |slot| &kept.table()[slot * per_slot..][..per_slot]);
        // Any of them will do: they are tried in the order in which they lie there.
        if let Some(next) = slot.iter().filter(|place| **place != own).find_map(|place| answers(*place)) {
            return Hop::To(next);
        }
        let shared = self.shape.shared(own, key);
        let others = kept.entries().filter(is_nearer).filter(|place| self.shape.shared(*place, key) >= shared);
        first_to_answer(&others, away, answers).map_or(Hop::Stuck, Hop::To)
    }

    /// Entries of members that are to be there: `places` are all members in order, with their rows.
    fn held(&self, members: &Members<'_, [u32]>, places: &[Seated<u32>]) -> Held {
        let (count, side) = (places.len(), self.shape.leaf / 2);
        let is_member = |place: &u32| members.holds(self.numbering.node(*place));
        let of_chunk = |(chunk, seated): (usize, &[Seated<u32>])| {
            let mut held = Held::default();
            let every = Every::new(count, members.judged);
            for (at, &(own, row)) in (chunk * STRIDE..).zip(seated).filter(|(at, _)| every.holds(*at)) {
                let kept = self.kept(members.row(row as usize));
                let there = |place: &&u32| **place != own && is_member(place);
                // Of few members all are to be there, else those up to the last on either side.
                let way = |to: usize| places[to % count].0.wrapping_sub(own);
                let limits =
                    if count > 2 * side { [way(at + side), way(at + count - side)] } else { [u32::MAX, u32::MIN] };
                let is_near = |place: &&u32| {
                    let way = place.wrapping_sub(own);
                    way <= limits[0] || way >= limits[1]
                };
                held.leaf += kept.near().iter().filter(there).filter(is_near).count() as u64;
                held.table += kept.table().iter().filter(there).count() as u64;
            }
            held
        };
        let parts: Vec<Held> = places.par_chunks(STRIDE).enumerate().map(of_chunk).collect();
        parts
            .into_iter()
            .fold(Held::default(), |sum, part| Held { leaf: sum.leaf + part.leaf, table: sum.table + part.table })
    }

    /// Entries that there are to be in the tables of members at some positions, ascending: in each slot as many as it
    /// holds, or all that there are.
    fn wanted(&self, sorted: &[u32], every: Every) -> u64 {
        let Shape { bits, rows, per_slot, .. } = self.shape;
        let of_row = |row: usize| {
            let shift = |digits: usize| u64::from(u32::BITS) - (digits * bits as usize) as u64;
            let group = |place: u32, digits: usize| u64::from(place) >> shift(digits);
            // Of those who share `row` digits, those who share one more want all others.
            let mut first = 0;
            let mut judged = |few: &[u32]| {
                let before = first;
                first += few.len();
                (every.of(first) - every.of(before)) as u64
            };
            let of_group = |all: &[u32]| {
                let each = || all.chunk_by(|one, other| group(*one, row + 1) == group(*other, row + 1));
                let wanted: u64 = each().map(|few| few.len().min(per_slot) as u64).sum();
                each().map(|few| judged(few) * (wanted - few.len().min(per_slot) as u64)).sum::<u64>()
            };
            sorted.chunk_by(|one, other| group(*one, row) == group(*other, row)).map(of_group).sum::<u64>()
        };
        (0..rows).into_par_iter().map(of_row).collect::<Vec<u64>>().into_iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use datasets::scenario::{Far, TopologyProtocol};
    use kernels::topology::place::Positions;

    use super::*;

    #[test]
    fn what_tables_want_is_found_slot_by_slot() {
        let positions = Positions { key: [7, 9] };
        for (bits, rows, per_slot) in [(4, 4, 3), (1, 32, 2), (3, 10, 1), (8, 2, 2)] {
            let digits = Digits { bits, rows, per_slot };
            let topology = Topology {
                protocol: TopologyProtocol::Prefix,
                attribute: None,
                near: 20,
                sent: 20,
                choice: 10,
                samples: 30,
                far: Far::Both,
                max_age: 20,
                idle: None,
                digits: Some(digits),
                room: 1.25,
            };
            let prefix = Prefix::new(OnRing(positions), &topology, digits, Routing::Pastry);
            for members in [1_u32, 2, 3, 17, 400] {
                let mut places: Vec<u32> = (0..members).map(|node| positions.of(node)).collect();
                places.sort_unstable();
                let mut wanted = 0;
                for own in &places {
                    let mut slots = vec![0; prefix.shape.rows * prefix.shape.slots()];
                    places.iter().filter_map(|other| prefix.shape.slot(*own, *other)).for_each(|slot| slots[slot] += 1);
                    wanted += slots.iter().map(|count| per_slot.min(*count)).sum::<u32>();
                }
                assert_eq!(
                    prefix.wanted(&places, Every::new(1, 1)),
                    u64::from(wanted),
                    "{members} members, {digits:?}"
                );
            }
        }
    }
}
