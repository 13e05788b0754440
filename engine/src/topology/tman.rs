//! T-Man, and Chord on demand: members exchange those entries that are best for the other, and keep those that are best
//! for themselves ([`kernels::topology::tman`]).
//!
//! Reads and writes a record of 5 bytes an entry, about 390 in all by default, three times a cycle as a stream and once
//! at random, and a byte at random for each partner that is tried. A member gets its samples as a cycle begins, from
//! its view; with the oracle, for each exchange anew, as the published figures were measured.

use datasets::scenario::{Far, Topology};
use kernels::topology::nearest::MOST_CHOSEN;
use kernels::topology::place::{NEAR_BITS, ROWS, Space};
use kernels::topology::tman::{Kept, Member, Shape, exchange};
use rayon::prelude::*;

use super::MEASURES;
use super::numbering::Numbering;
use super::truth::{Links, MOST_LINKS};
use crate::gossip::around::Turn;
use crate::gossip::members::Members;
use crate::gossip::protocol::{Hop, Pair, Protocol, Reach};
use crate::memory::STRIDE;

/// T-Man in some space.
#[derive(Debug)]
pub struct Tman<N> {
    numbering: N,
    shape: Shape,
    /// The best of near among which a member chooses its partner.
    choice: usize,
    /// A member that has learnt nothing new for so many cycles starts no exchange.
    idle: Option<u8>,
}

type Place<N> = <<N as Numbering>::Space as Space>::Place;

/// Where a member stands, and its row.
type Seated<N> = (Place<N>, u32);

impl<N: Numbering> Tman<N> {
    /// That of a scenario.
    pub fn new(numbering: N, topology: &Topology) -> Self {
        let Topology { near, sent, choice, samples, far, max_age, idle, .. } = *topology;
        let sides = match far {
            Far::Both => <N::Space as Space>::SIDES,
            Far::Forward => 1,
            Far::None => 0,
        };
        let shape = Shape {
            near: near as usize,
            sides,
            samples: samples as usize,
            sent: sent as usize,
            most_age: max_age as u8,
            fingers: topology.has_fingers(),
        };
        Self { numbering, shape, choice: choice as usize, idle: idle.map(|cycles| cycles as u8) }
    }

    fn member<'m>(&'m self, record: &'m mut [Place<N>]) -> Member<'m, N::Space> {
        Member::of(N::SPACE, &self.shape, record)
    }

    fn kept<'m>(&'m self, record: &'m [Place<N>]) -> Kept<'m, Place<N>> {
        Kept::of(&self.shape, record)
    }

    /// A member gets samples.
    fn sample(&self, member: &mut Member<'_, N::Space>, turn: &mut Turn<'_>, node: u32) {
        let now = turn.cycle() as u8;
        let mut known = [(0, 0); MOST_CHOSEN];
        let mut count = 0;
        for (slot, sample) in known.iter_mut().zip(turn.samples_of(node, self.shape.samples)) {
            *slot = sample;
            count += 1;
        }
        let known = known[..count].iter();
        let entries = known.map(|&(node, age)| (self.numbering.place_of(node, turn), now.wrapping_sub(age)));
        member.sample(entries);
    }
}

impl<N: Numbering> Protocol for Tman<N> {
    type Record = [Place<N>];

    fn cells(&self) -> usize {
        self.shape.cells::<Place<N>>()
    }

    fn wire_bytes(&self) -> [u64; 2] {
        [0; 2]
    }

    fn init(&self, own: &mut [Place<N>], turn: &mut Turn<'_>) {
        let (place, now, node) = (self.numbering.place_of(turn.node, turn), turn.cycle() as u8, turn.node);
        let mut member = Member::begin(N::SPACE, &self.shape, place, own, now);
        self.sample(&mut member, turn, node);
        member.start(now);
    }

    fn begin_cycle(&self, own: &mut [Place<N>], turn: &mut Turn<'_>) {
        if self.member(own).own != self.numbering.place_of(turn.node, turn) {
            // An attribute has changed, and with it where the member stands.
            self.init(own, turn);
        }
        let node = turn.node;
        let mut member = self.member(own);
        member.turn(turn.cycle() as u8);
        if !turn.is_oracle() {
            self.sample(&mut member, turn, node);
        }
    }

    fn partner(&self, own: &mut [Place<N>], turn: &mut Turn<'_>) -> Option<u32> {
        let mut member = self.member(own);
        if self.idle.is_some_and(|cycles| member.still() > cycles) {
            return None;
        }
        loop {
            let best = member.best(self.choice, turn.cycle() as u8);
            let numbers = best.numbers();
            if numbers.is_empty() {
                return turn.sample();
            }
            let number = usize::from(numbers[turn.below(numbers.len())]);
            let other = self.numbering.node(member.place(number));
            if turn.answers(other) {
                return Some(other);
            }
            member.drop(number);
        }
    }

    fn exchange(&self, pair: &mut Pair<'_, '_, [Place<N>]>) {
        let Pair { own, other, other_node, is_reply_lost, turn } = pair;
        let mut members = [self.member(own), self.member(other)];
        if turn.is_oracle() {
            for (member, node) in members.iter_mut().zip([turn.node, *other_node]) {
                self.sample(member, turn, node);
            }
        }
        let [request, reply] = exchange(members, turn.cycle() as u8, *is_reply_lost);
        turn.told((request + reply) as u64 * (<N::Space as Space>::WIRE_BYTES + 1));
    }

    fn stands(&self, members: &Members<'_, [Place<N>]>) -> Vec<(u32, u32)> {
        let own = |record: &[Place<N>]| self.numbering.position(self.kept(record).own);
        let mut stands = members.fold(
            |all: &mut Vec<(u32, u32)>, node, record| all.extend(own(record).map(|position| (position, node))),
            Vec::extend,
        );
        stands.par_sort_unstable();
        stands
    }

    fn measures(&self) -> &'static [&'static str] {
        MEASURES
    }

    fn measure(&self, members: &Members<'_, [Place<N>]>) -> Vec<f64> {
        let mut places = members.fold(
            |places: &mut Vec<(Place<N>, u32)>, node, record| {
                places.push((self.kept(record).own, members.who.row(node) as u32));
            },
            Vec::extend,
        );
        places.par_sort_unstable();
        let sorted: Vec<Place<N>> = places.iter().map(|(place, _)| *place).collect();
        let links = if sorted.is_empty() { Vec::new() } else { self.numbering.links(&sorted) };
        let found = self.judge(members, &places, &links);
        let share = |part: u64, whole: u64| if whole == 0 { f64::NAN } else { part as f64 / whole as f64 };
        let fingers = if self.shape.fingers { self.judge_fingers(members, &places) } else { Fingers::default() };
        vec![
            found.members as f64,
            share(found.started, found.members),
            share(found.missing, found.links),
            share(fingers.empty, fingers.wanted),
            share(fingers.inexact, fingers.wanted),
            share(found.dead, found.entries),
            share(found.active, found.members),
        ]
    }

    fn hop(&self, members: &Members<'_, [Place<N>]>, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop> {
        let kept = self.kept(members.get(node)?);
        let position = |place: Place<N>| self.numbering.position(place);
        let own = position(kept.own)?;
        let to_key = key.wrapping_sub(own);
        let distance = |other: Place<N>| position(other).map(|other| other.wrapping_sub(own));
        let near = kept.near().iter().copied().filter(|place| *place != kept.own);
        let near: Vec<u32> = near.filter_map(distance).collect();
        let fingers = kept.fingers().filter_map(distance);
        let mut answers = |to: u32| {
            let other = self.numbering.node(self.numbering.at(own.wrapping_add(to))?);
            reach.answers(other).then_some((to, other))
        };
        if near.is_empty() {
            // Whoever knows nobody takes itself for the only member.
            return Some(Hop::Here);
        }
        // The successor is the nearest above that answers.
        let successor = in_order(near.iter().copied(), |to| to).into_iter().find_map(&mut answers);
        if let Some((_, owner)) = successor.filter(|(to, _)| *to >= to_key) {
            return Some(Hop::Last(owner));
        }
        let before = near.into_iter().chain(fingers).filter(|&to| to < to_key);
        let next = in_order(before, |to| to_key - to).into_iter().find_map(answers);
        Some(next.map_or(Hop::Stuck, |(_, next)| Hop::To(next)))
    }
}

/// What is found of members.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    members: u64,
    /// Those that know anybody near.
    started: u64,
    /// Those that start exchanges.
    active: u64,
    /// Links that there are to be, and those of them that are missing.
    links: u64,
    missing: u64,
    /// Entries, and those whose node is no member any more.
    entries: u64,
    dead: u64,
}

/// What is found of fingers.
#[derive(Clone, Copy, Debug, Default)]
struct Fingers {
    /// Intervals in which there are members.
    wanted: u64,
    /// Those of them of which nobody is known, and those of which another than the first.
    empty: u64,
    inexact: u64,
}

impl<N: Numbering> Tman<N> {
    /// Compares what members keep with the links that there are to be: `places` are all members in order, with their
    /// rows.
    fn judge(&self, members: &Members<'_, [Place<N>]>, places: &[Seated<N>], links: &Links<Place<N>>) -> Found {
        let idle = self.idle;
        let meet = |found: &mut Found, (own, row): Seated<N>, links: &[Place<N>; MOST_LINKS]| {
            let kept = self.kept(members.row(row as usize));
            let near = kept.near();
            found.members += 1;
            found.started += u64::from(near.iter().any(|&place| place != own));
            found.active += u64::from(idle.is_none_or(|cycles| kept.still() <= cycles));
            let links = links.iter().filter(|link| **link != own);
            found.links += links.clone().count() as u64;
            found.missing += links.filter(|link| !near.contains(link)).count() as u64;
            for place in kept.entries() {
                found.entries += 1;
                found.dead += u64::from(!members.holds(self.numbering.node(place)));
            }
        };
        let strides = places.par_chunks(STRIDE).zip(links.par_chunks(STRIDE)).map(|(places, links)| {
            let mut found = Found::default();
            for (&member, links) in places.iter().zip(links) {
                meet(&mut found, member, links);
            }
            found
        });
        strides.collect::<Vec<_>>().into_iter().fold(Found::default(), |one, other| Found {
            members: one.members + other.members,
            started: one.started + other.started,
            active: one.active + other.active,
            links: one.links + other.links,
            missing: one.missing + other.missing,
            entries: one.entries + other.entries,
            dead: one.dead + other.dead,
        })
    }

    /// Compares fingers with the first members of their intervals.
    fn judge_fingers(&self, members: &Members<'_, [Place<N>]>, places: &[Seated<N>]) -> Fingers {
        let positions: Vec<u32> =
            places.par_iter().map(|(place, _)| self.numbering.position(*place).unwrap_or_default()).collect();
        let count = positions.len();
        let of_chunk = |(chunk, own): (usize, &[u32])| {
            let mut found = Fingers::default();
            for row in 0..ROWS {
                let [from, to] = interval(row);
                let Some(&first) = own.first() else { continue };
                // The first at or behind the beginning of the interval of the chunk's first member, then of the others.
                let mut at = positions.partition_point(|&position| position < first.wrapping_add(from as u32));
                for (k, &position) in own.iter().enumerate() {
                    let distance = |at: usize| u64::from(positions[at % count].wrapping_sub(position));
                    // Whoever has come round once is the member itself, or stands before it.
                    let mut tried = 0;
                    while tried < count && distance(at) < from {
                        at += 1;
                        tried += 1;
                    }
                    if tried == count || distance(at) >= to {
                        continue;
                    }
                    found.wanted += 1;
                    let (place, table) = places[chunk * STRIDE + k];
                    let finger = self.kept(members.row(table as usize)).finger(row);
                    if finger == place {
                        found.empty += 1;
                    } else {
                        found.inexact += u64::from(self.numbering.position(finger) != Some(positions[at % count]));
                    }
                }
            }
            found
        };
        let parts: Vec<Fingers> = positions.par_chunks(STRIDE).enumerate().map(of_chunk).collect();
        parts.into_iter().fold(Fingers::default(), |sum, part| Fingers {
            wanted: sum.wanted + part.wanted,
            empty: sum.empty + part.empty,
            inexact: sum.inexact + part.inexact,
        })
    }
}

/// The distances of a row of the far table: from the first to before the second.
fn interval(row: usize) -> [u64; 2] {
    let bits = row as u32 + NEAR_BITS;
    [if row == 0 { 1 } else { 1 << bits }, 1 << (bits + 1)]
}

/// Those that are best, by what is least of each, each once.
fn in_order(all: impl Iterator<Item = u32>, least: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut sorted: Vec<(u32, u32)> = all.map(|one| (least(one), one)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.into_iter().map(|(_, one)| one).collect()
}
