//! Assignment: every node decides by itself which application it belongs to, by the version of the suite that it holds.
//!
//! ```text
//! for each application of the version, in order of precedence:
//!     where it opens a gradient: the live nodes without an application that fit take part in it, the others leave it
//!     those without an application take it that fit, and whose rank estimate, or word for life, lies within its bounds
//! with steadiness: a node keeps the application that it had, unless its rank is off by more than that
//! ```
//!
//! A version with absolute requests asks of a node what its estimate of the cloud's size makes of them: those nodes of a stride that
//! have one estimate (rounded, see [`mod@crate::size`]) decide at once, then those that have another. Once an epoch of counting has converged there are
//! one to three.
//!
//! Reads eight bytes a node and gradient, four an attribute of a condition, and a random word a draw; where an application asks for
//! an absolute number, four bytes of estimate, twice; reads and writes one byte of
//! application and one of membership of each gradient but those of all nodes; where versions spread, reads two more bytes and writes
//! one.

use kernels::slicing::Slot;
use kernels::spread::NUMBER;
use kernels::suite::{ELSEWHERE, NONE, claim, claim_steadily, ids};

use crate::cloud::{Cloud, LEAVING};
use crate::condition::fits;
use crate::pass::{STRIDE, strides};
use crate::plan::{Pick, Plan};
use crate::purpose::{SUITE, for_life};
use crate::schedule::{MEMBER, is_member};
use crate::size::{UNKNOWN, among, places};
use crate::suites::{Claim, Suites, words};

/// Why a node joins or leaves an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It has just come, or leaves the cloud.
    Churn,
    /// Its idea of its rank has changed, or its attributes have.
    Rank,
    /// It has just taken another version of the suite.
    Suite,
}

/// Instead of the version by which it decided last: a node was there before any version was.
pub const WAITING: u8 = 1 << 7;

/// Up to so many sizes of the cloud in a stride, a pass over the stride for each costs less than to gather the nodes. Changes speed
/// only.
const FEW: usize = 4;

/// How many nodes joined and left an application, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Nodes that joined.
    pub joins: [u64; 3],
    /// Nodes that left.
    pub leaves: [u64; 3],
}

/// What an assignment has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assigned {
    /// The moves of each application.
    pub moves: Vec<Moves>,
    /// For each version: nodes that act on it, and how many of those each of its applications found left and fit. Empty
    /// for versions without conditions.
    pub found: Vec<(u64, Vec<u64>)>,
}

/// Every node decides.
pub fn assign(cloud: &mut Cloud, suites: &mut Suites, seed: u64, steadiness: f64) -> Assigned {
    suites.believe(cloud);
    let suites = &*suites;
    let Some(apps) = &mut cloud.apps else { return Assigned::default() };
    let (slots, members): (Vec<_>, Vec<_>) = (cloud.gradients.iter_mut())
        .map(|gradient| (&*gradient.slots, gradient.members.as_deref_mut().unwrap_or(&mut [])))
        .unzip();
    let attributes: Vec<&[f32]> = cloud.attributes.iter().map(|attribute| &**attribute).collect();
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let versions = cloud.versions.as_deref().unwrap_or(&[]);
    let acting = cloud.acting.as_deref_mut().unwrap_or(&mut []);
    let estimates = suites.estimates(&cloud.aggregates);
    let scene = Scene { suites, seed, slack: words(steadiness) };
    let columns = (((&mut **apps, alive), (versions, acting)), (((slots, members), attributes), estimates));
    let parts = strides(columns, |first, columns| {
        let (((apps, alive), (versions, acting)), (((slots, members), attributes), estimates)) = columns;
        let first = first as u32;
        scene.decide(Stride { first, apps, alive, versions, acting, slots, members, attributes, estimates })
    });
    let count = suites.plans.apps.len();
    let mut sum = Assigned { moves: vec![Moves::default(); count], found: scene.nothing_found() };
    for part in parts {
        add(&mut sum.moves, &part.moves);
        for ((acting, counts), (more, others)) in sum.found.iter_mut().zip(part.found) {
            *acting += more;
            counts.iter_mut().zip(others).for_each(|(sum, count)| *sum += count);
        }
    }
    sum
}

/// Adds moves to those of the same applications.
pub fn add(sums: &mut [Moves], moves: &[Moves]) {
    for (sum, moves) in sums.iter_mut().zip(moves) {
        sum.joins.iter_mut().zip(moves.joins).for_each(|(sum, joins)| *sum += joins);
        sum.leaves.iter_mut().zip(moves.leaves).for_each(|(sum, leaves)| *sum += leaves);
    }
}

/// What all strides share.
#[derive(Clone, Copy)]
struct Scene<'a> {
    suites: &'a Suites,
    seed: u64,
    /// Steadiness in units of 2^-32.
    slack: u64,
}

/// The columns of a stride; those that are not there are empty.
#[derive(Default)]
struct Stride<'a> {
    first: u32,
    apps: &'a mut [u8],
    alive: &'a [u8],
    versions: &'a [u8],
    acting: &'a mut [u8],
    slots: Vec<&'a [Slot]>,
    members: Vec<&'a mut [u8]>,
    attributes: Vec<&'a [f32]>,
    /// Of the cloud's size.
    estimates: &'a [f32],
}

/// What the nodes of a stride draw and fit, as far as the versions at hand ask for it.
#[derive(Default)]
struct Room {
    draws: Vec<Vec<u32>>,
    marks: Vec<Vec<u8>>,
}

impl Room {
    /// That of some nodes.
    fn gathered(&self, places: &[usize]) -> Self {
        let draws = self.draws.iter().map(|draws| gathered(draws, places)).collect();
        Self { draws, marks: self.marks.iter().map(|marks| gathered(marks, places)).collect() }
    }
}

/// What lies at some places of a column, if it is there.
fn gathered<T: Copy>(column: &[T], places: &[usize]) -> Vec<T> {
    if column.is_empty() { Vec::new() } else { places.iter().map(|&place| column[place]).collect() }
}

impl Stride<'_> {
    /// Writes the number of the version by which each node decides, 0 for the dead and those that hold none. Returns which numbers
    /// there are, a bit each, and whether a live node holds none.
    fn numbers(&self, numbers: &mut [u8]) -> (u128, bool) {
        match self.versions {
            [] => numbers.fill(1),
            versions => numbers.iter_mut().zip(versions).for_each(|(number, version)| *number = version & NUMBER),
        }
        let mut lacks = !numbers.is_empty() && self.alive.is_empty() && numbers.contains(&0);
        for (number, &alive) in numbers.iter_mut().zip(self.alive) {
            lacks |= alive == MEMBER && *number == 0;
            *number = if alive == MEMBER { *number } else { 0 };
        }
        let most = numbers.iter().fold(0, |most, &number| most.max(number));
        let least = numbers.iter().fold(NUMBER, |least, &number| least.min(if number == 0 { NUMBER } else { number }));
        let present = if most == 0 || least == most {
            1 << most
        } else {
            numbers.iter().fold(0, |present, &number| present | 1_u128 << number)
        };
        (present | u128::from(lacks), lacks)
    }
}

impl Scene<'_> {
    fn nothing_found(&self) -> Vec<(u64, Vec<u64>)> {
        let of = |plan: &Plan| (0, if plan.has_conditions() { vec![0; plan.steps.len()] } else { Vec::new() });
        self.suites.plans.versions.iter().map(of).collect()
    }

    /// The nodes of a stride decide.
    fn decide(&self, mut stride: Stride<'_>) -> Assigned {
        let count = stride.apps.len();
        let mut versions = [0; STRIDE];
        let versions = &mut versions[..count];
        let (present, lacks) = stride.numbers(versions);
        let mut sizes = [UNKNOWN; STRIDE];
        let sizes = &mut sizes[..stride.estimates.len()];
        places(sizes, stride.estimates);
        let room = self.room(&stride, present);
        let mut chosen = [NONE; STRIDE];
        let chosen = &mut chosen[..count];
        let mut found = self.nothing_found();
        if present & !1 == 0 {
            stride.members.iter_mut().for_each(|members| leave(members, stride.alive, |_| true));
        }
        for number in (1..=self.suites.plans.versions.len()).filter(|number| present >> number & 1 == 1) {
            let decides = |k: usize| versions[k] == number as u8;
            let plan = &self.suites.plans.versions[number - 1];
            // The dead decide with the others, which is undone below.
            let all = present & !1 == 1 << number && !lacks && !plan.has_conditions();
            let found = &mut found[number - 1];
            match *among(if plan.is_absolute() { sizes } else { &[] }, decides) {
                [] => self.decide_by((number, UNKNOWN), &stride, &room, (chosen, decides, all), found),
                [(size, _)] => self.decide_by((number, size), &stride, &room, (chosen, decides, all), found),
                ref few if few.len() <= FEW => {
                    for &(size, _) in few {
                        let decides = |k: usize| decides(k) && sizes[k] == size;
                        self.decide_by((number, size), &stride, &room, (chosen, decides, false), found);
                    }
                }
                _ => self.decide_apart(number, &stride, &room, sizes, (chosen, decides), found),
            }
            take_part(plan, &mut stride, &room, chosen, decides);
        }
        for (chosen, &alive) in chosen.iter_mut().zip(stride.alive) {
            *chosen = if alive == MEMBER { *chosen } else { NONE };
        }
        for members in stride.members.iter_mut().filter(|_| lacks && present != 1) {
            leave(members, stride.alive, |k| versions[k] == 0);
        }
        Assigned { moves: self.moved(&mut stride, chosen, versions), found }
    }

    /// What the nodes draw and fit.
    fn room(&self, stride: &Stride<'_>, present: u128) -> Room {
        let plans = &self.suites.plans;
        let mut room = Room {
            draws: vec![Vec::new(); plans.conditions.len() + 1],
            marks: vec![Vec::new(); plans.conditions.len()],
        };
        let there = |number: &usize| present >> (number + 1) & 1 == 1;
        for step in (0..plans.versions.len()).filter(there).flat_map(|number| &plans.versions[number].steps) {
            if let Pick::Random(draw) = step.pick
                && room.draws[draw].is_empty()
            {
                room.draws[draw].resize(stride.apps.len(), 0);
                for_life(self.seed, SUITE).fill(&mut room.draws[draw], stride.first, draw as u32);
            }
            if let Some(condition) = step.condition
                && room.marks[condition].is_empty()
            {
                room.marks[condition].resize(stride.apps.len(), 0);
                fits(&mut room.marks[condition], &plans.conditions[condition], &stride.attributes);
            }
        }
        room
    }

    /// Those nodes that decide by a version, and a size of the cloud, do so: `chosen` is what they choose, `all` says that there are no
    /// others.
    fn decide_by(
        &self,
        (number, size): (usize, u16),
        stride: &Stride<'_>,
        room: &Room,
        (chosen, decides, all): (&mut [u8], impl Fn(usize) -> bool, bool),
        (acting, found): &mut (u64, Vec<u64>),
    ) {
        let plan = &self.suites.plans.versions[number - 1];
        let mut plainly = [NONE; STRIDE];
        let plainly = &mut plainly[..chosen.len()];
        if !all {
            plainly.iter_mut().enumerate().for_each(|(k, app)| *app = if decides(k) { NONE } else { ELSEWHERE });
        }
        let mut steadily = if self.slack > 0 { plainly.to_vec() } else { Vec::new() };
        if plan.has_conditions() {
            *acting += (0..chosen.len()).filter(|&k| decides(k)).count() as u64;
        }
        for (index, (step, claims)) in plan.steps.iter().zip(self.suites.claims_by(number, size)).enumerate() {
            let fits = step.condition.map_or(&[][..], |condition| &*room.marks[condition]);
            if let Some(found) = found.get_mut(index) {
                let is_eligible = |(k, &app): (usize, &u8)| app == NONE && fits.get(k).is_none_or(|&fits| fits == 1);
                *found += plainly.iter().enumerate().filter(|&each| is_eligible(each)).count() as u64;
            }
            match claims {
                Claim::Gradient { gradient, from, to } => {
                    let (ranks, from, to) = (|| ids(stride.slots[*gradient]), words(*from), words(*to));
                    claim(plainly, ranks(), fits, from, to, step.app);
                    if self.slack > 0 {
                        claim_steadily(&mut steadily, stride.apps, ranks(), fits, from, to, self.slack, step.app);
                    }
                }
                Claim::Random { draw, ranges } => {
                    for &[from, to] in ranges {
                        claim(plainly, room.draws[*draw].iter().copied(), fits, from, to, step.app);
                        if self.slack > 0 {
                            claim(&mut steadily, room.draws[*draw].iter().copied(), fits, from, to, step.app);
                        }
                    }
                }
            }
        }
        // Who has just come, or has another version than before, decides plainly.
        for (k, &steadily) in steadily.iter().enumerate() {
            if steadily == stride.apps[k] && stride.acting.get(k).is_none_or(|&acting| usize::from(acting) == number) {
                plainly[k] = steadily;
            }
        }
        if all {
            chosen.copy_from_slice(plainly);
        } else {
            chosen.iter_mut().zip(plainly).enumerate().for_each(|(k, (chosen, &mut app))| {
                *chosen = if decides(k) { app } else { *chosen };
            });
        }
    }

    /// As [`Scene::decide_by`], for nodes that differ in the size that they believe: gathers those of each, so that what it takes
    /// follows from how many nodes there are, however many sizes.
    fn decide_apart(
        &self,
        number: usize,
        stride: &Stride<'_>,
        room: &Room,
        sizes: &[u16],
        (chosen, decides): (&mut [u8], impl Fn(usize) -> bool),
        found: &mut (u64, Vec<u64>),
    ) {
        // Sizes above, places below: sorted, those of a size are together.
        let mut order: Vec<u32> =
            (0..sizes.len()).filter(|&k| decides(k)).map(|k| u32::from(sizes[k]) << 16 | k as u32).collect();
        order.sort_unstable();
        let size = |word: u32| (word >> 16) as u16;
        for alike in order.chunk_by(|&one, &other| size(one) == size(other)) {
            let places: Vec<usize> = alike.iter().map(|&word| usize::from(word as u16)).collect();
            let (mut apps, mut acting) = (gathered(stride.apps, &places), gathered(stride.acting, &places));
            let slots: Vec<Vec<Slot>> = stride.slots.iter().map(|slots| gathered(slots, &places)).collect();
            let few = Stride {
                apps: &mut apps,
                acting: &mut acting,
                slots: slots.iter().map(|slots| &**slots).collect(),
                ..Stride::default()
            };
            let mut choices = vec![NONE; places.len()];
            let room = room.gathered(&places);
            self.decide_by((number, size(alike[0])), &few, &room, (&mut choices, |_| true, true), found);
            places.iter().zip(choices).for_each(|(&k, choice)| chosen[k] = choice);
        }
    }

    /// Nodes hold what they have chosen; returns the moves of each application.
    fn moved(&self, stride: &mut Stride<'_>, chosen: &[u8], versions: &[u8]) -> Vec<Moves> {
        let mut moves = vec![Moves::default(); self.suites.plans.apps.len()];
        // Every place is written, and the next one over it unless its node moves: who does cannot be guessed.
        let (mut places, mut count) = ([0_u16; STRIDE], 0);
        for (k, (held, chosen)) in stride.apps.iter().zip(chosen).enumerate() {
            places[count] = k as u16;
            count += usize::from(held != chosen);
        }
        for k in places[..count].iter().map(|&k| usize::from(k)) {
            let cause = match stride.acting.get(k) {
                Some(0) => Cause::Churn,
                Some(&acting) if acting != versions[k] => Cause::Suite,
                _ => Cause::Rank,
            };
            if let Some(left) = moves.get_mut(stride.apps[k] as usize) {
                left.leaves[cause as usize] += 1;
            }
            if let Some(joined) = moves.get_mut(chosen[k] as usize) {
                joined.joins[cause as usize] += 1;
            }
        }
        stride.apps.copy_from_slice(chosen);
        for (acting, &version) in stride.acting.iter_mut().zip(versions) {
            *acting = if version == 0 { *acting & WAITING } else { version };
        }
        moves
    }
}

/// Those nodes that decide by a version take part in its gradients, and leave the others.
fn take_part(plan: &Plan, stride: &mut Stride<'_>, room: &Room, chosen: &[u8], decides: impl Fn(usize) -> bool) {
    // Of each application, the step at which it is served; of none, the one after the last.
    let mut served = [plan.steps.len(); 1 << 8];
    plan.steps.iter().enumerate().for_each(|(index, step)| served[step.app as usize] = index);
    for (gradient, members) in stride.members.iter_mut().enumerate().filter(|(_, members)| !members.is_empty()) {
        let Some(opening) = plan.opening(gradient) else {
            leave(members, stride.alive, &decides);
            continue;
        };
        let fits = plan.steps[opening].condition.map_or(&[][..], |condition| &*room.marks[condition]);
        let takes_part = served.map(|served| served >= opening);
        // No branch on what nodes are: who moves cannot be guessed.
        for (k, (member, &app)) in members.iter_mut().zip(chosen).enumerate() {
            let is_eligible = takes_part[app as usize] && fits.get(k).is_none_or(|&fits| fits == 1);
            let outside = if *member == MEMBER { LEAVING } else { 0 };
            let now = if is_eligible { MEMBER } else { outside };
            *member = if decides(k) { now } else { *member };
        }
    }
}

/// Some nodes leave a gradient; those that live have their ids to hand on.
fn leave(members: &mut [u8], alive: &[u8], leaves: impl Fn(usize) -> bool) {
    for (k, member) in members.iter_mut().enumerate().filter(|(k, _)| leaves(*k)) {
        let lives = is_member(alive, k);
        *member = if *member == MEMBER && lives { LEAVING } else { 0 };
    }
}
