//! T-Man, and Chord on demand: members exchange those entries that are best for the other, and keep those that are best
//! for themselves ([`kernels::topology::tman`]).
//!
//! Reads and writes a record of 5 bytes an entry, about 390 in all by default, three times a cycle as a stream and once
//! at random, and a byte at random for each partner that is tried. A member gets its samples as a cycle begins, from
//! its view; with the oracle, for each exchange anew, as the published figures were measured.

use datasets::scenario::{Far, Topology};
use kernels::topology::place::{NEAR_BITS, ROWS, Space};
use kernels::topology::record::Kept;
use kernels::topology::tman::{Member, Shape, exchange};
use rayon::prelude::*;

use super::judge::{Every, Measured, Seated, behind, fraction, judge, seated, stands};
use super::lookups::first_to_answer;
use super::meeting::{Choice, entries_bytes, partner, sample};
use super::numbering::{Numbering, Place};
use crate::gossip::around::Turn;
use crate::gossip::members::Members;
use crate::gossip::protocol::{Hop, Pair, Protocol, Reach};
use crate::memory::STRIDE;

/// T-Man in some space.
#[derive(Debug)]
pub struct Tman<N> {
    numbering: N,
    shape: Shape,
    /// Among whom a member chooses its partner.
    choice: Choice,
}

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
        let idle = idle.map(|cycles| cycles as u8);
        Self { numbering, shape, choice: Choice { count: choice as usize, idle, most_age: shape.most_age } }
    }

    fn member<'m>(&'m self, record: &'m mut [Place<N>]) -> Member<'m, N::Space> {
        Member::of(N::SPACE, &self.shape, record)
    }

    fn kept<'m>(&'m self, record: &'m [Place<N>]) -> Kept<'m, Place<N>> {
        Kept::of(self.shape.parts(), record)
    }
}

impl<N: Numbering> Protocol for Tman<N> {
    type Record = [Place<N>];

    fn cells(&self) -> usize {
        self.shape.parts().cells::<Place<N>>()
    }

    fn wire_bytes(&self) -> [u64; 2] {
        [0; 2]
    }

    fn init(&self, own: &mut [Place<N>], turn: &mut Turn<'_>) {
        let (place, now, node) = (self.numbering.place_of(turn.node, turn), turn.cycle() as u8, turn.node);
        let mut member = Member::begin(N::SPACE, &self.shape, place, own, now);
        sample(&self.numbering, &mut member.record, turn, node);
        member.start(now);
    }

    fn begin_cycle(&self, own: &mut [Place<N>], turn: &mut Turn<'_>) {
        if self.member(own).record.own != self.numbering.place_of(turn.node, turn) {
            // An attribute has changed, and with it where the member stands.
            self.init(own, turn);
        }
        let node = turn.node;
        let mut member = self.member(own);
        member.turn(turn.cycle() as u8);
        if !turn.is_oracle() {
            sample(&self.numbering, &mut member.record, turn, node);
        }
    }

    fn partner(&self, own: &mut [Place<N>], turn: &mut Turn<'_>) -> Option<u32> {
        partner(&self.numbering, &mut self.member(own).record, turn, self.choice)
    }

    fn exchange(&self, pair: &mut Pair<'_, '_, [Place<N>]>) {
        let Pair { own, other, other_node, is_reply_lost, turn } = pair;
        let mut members = [self.member(own), self.member(other)];
        if turn.is_oracle() {
            for (member, node) in members.iter_mut().zip([turn.node, *other_node]) {
                sample(&self.numbering, &mut member.record, turn, node);
            }
        }
        let [request, reply] = exchange(members, turn.cycle() as u8, *is_reply_lost);
        turn.told(entries_bytes::<N>(request + reply));
    }

    fn behind(&self, members: &Members<'_, [Place<N>]>, node: u32) -> Vec<u32> {
        let Some(kept) = members.get(node).map(|record| self.kept(record)) else { return Vec::new() };
        let Some(own) = self.numbering.position(kept.own) else { return Vec::new() };
        let near = kept.near().iter().filter_map(|place| self.numbering.position(*place));
        let places = behind(own, near).into_iter().filter_map(|position| self.numbering.at(position));
        places.map(|place| self.numbering.node(place)).collect()
    }

    fn stands(&self, members: &Members<'_, [Place<N>]>) -> Vec<(u32, u32)> {
        stands(members, |record| self.numbering.position(self.kept(record).own))
    }

    fn measures(&self) -> &'static [&'static str] {
        Measured::NAMES
    }

    fn measure(&self, members: &Members<'_, [Place<N>]>) -> Vec<f64> {
        let places = seated(members, |record| self.kept(record).own);
        let sorted: Vec<Place<N>> = places.iter().map(|(place, _)| *place).collect();
        let links = if sorted.is_empty() { Vec::new() } else { self.numbering.links(&sorted) };
        let found = judge(members, &self.numbering, (self.shape.parts(), self.choice.idle), (&places, &links));
        let fingers = if self.shape.fingers { self.judge_fingers(members, &places) } else { Fingers::default() };
        let measured = Measured {
            finger_empty: fraction(fingers.empty, fingers.wanted),
            finger_inexact: fraction(fingers.inexact, fingers.wanted),
            ..found.into()
        };
        measured.values()
    }

    fn hop(&self, members: &Members<'_, [Place<N>]>, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop> {
        let kept = self.kept(members.get(node)?);
        let position = |place: Place<N>| self.numbering.position(place);
        let own = position(kept.own)?;
        let to_key = key.wrapping_sub(own);
        let distance = |other: Place<N>| position(other).map(|other| other.wrapping_sub(own));
        let near = kept.near().iter().copied().filter(|place| *place != kept.own);
        let near: Vec<u32> = near.filter_map(distance).collect();
        let fingers = self.shape.fingers(&kept).iter().copied().filter(|place| *place != kept.own).filter_map(distance);
        let mut answers = |to: u32| {
            let other = self.numbering.node(self.numbering.at(own.wrapping_add(to))?);
            reach.answers(other).then_some((to, other))
        };
        if near.is_empty() {
            // Whoever knows nobody takes itself for the only member.
            return Some(Hop::Here);
        }
        // The successor is the nearest above that answers.
        let successor = first_to_answer(&near.iter().copied(), u64::from, &mut answers);
        if let Some((_, owner)) = successor.filter(|(to, _)| *to >= to_key) {
            return Some(Hop::Last(owner));
        }
        let before = near.iter().copied().chain(fingers).filter(|&to| to < to_key);
        let next = first_to_answer(&before, |to| (to_key - to).into(), answers);
        Some(next.map_or(Hop::Stuck, |(_, next)| Hop::To(next)))
    }
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
    /// Compares fingers with the first members of their intervals.
    fn judge_fingers(&self, members: &Members<'_, [Place<N>]>, places: &[Seated<Place<N>>]) -> Fingers {
        let positions: Vec<u32> =
            places.par_iter().map(|(place, _)| self.numbering.position(*place).unwrap_or_default()).collect();
        let count = positions.len();
        let every = Every::new(count, members.judged);
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
                    if tried == count || distance(at) >= to || !every.holds(chunk * STRIDE + k) {
                        continue;
                    }
                    found.wanted += 1;
                    let (place, table) = places[chunk * STRIDE + k];
                    let finger = self.shape.fingers(&self.kept(members.row(table as usize)))[row];
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
