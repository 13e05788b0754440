//! Assignment: every node decides by itself which application it belongs to, by the version of the suite that it holds.
//!
//! ```text
//! for each application of the version, in order of precedence:
//!     where it opens a gradient: the live nodes without an application that fit take part in it, the others leave it
//!     those without an application take it that fit, and whose rank estimate, or word for life, lies within its bounds
//! with steadiness: a node keeps the application that it had, unless its rank is off by more than that
//! ```
//!
//! A version with absolute requests asks of a node what its estimate of the cloud's size makes of them: those nodes of
//! a stride that have one estimate (rounded, see [`mod@kernels::census`]) decide at once, then those that have another.
//! Once an epoch of counting has converged there are one to three.
//!
//! Reads eight bytes a node and gradient, four an attribute of a condition, and a random word a draw; where an
//! application asks for an absolute number, four bytes of estimate, twice; reads and writes one byte of application and
//! one of membership of each gradient but those of all nodes; where versions spread, reads two more bytes and writes
//! one.

use kernels::census::{UNKNOWN, among, places};
use kernels::slicing::Slot;
use kernels::spread::NUMBER;
use kernels::suite::{NONE, OTHER_VERSION, claim, claim_steadily, ids};

use super::claims::{Claim, words};
use super::moves::{Cause, Moves};
use super::state::{FOUNDER, Government};
use super::versions::{Deciders, Versions};
use crate::aggregate::Aggregation;
use crate::memory::{MEMBER, Mask, STRIDE, strides};
use crate::plans::condition::fits;
use crate::plans::{Pick, Plan};
use crate::population::Population;
use crate::schedule::purpose::{SUITE, for_life};
use crate::slicing::Slicing;
use crate::slicing::gradient::LEAVING;

/// Up to so many sizes of the cloud in a stride, a pass over the stride for each costs less than to gather the nodes.
/// Changes speed only.
const FEW: usize = 4;

impl Government {
    /// Every node decides, and what nodes find changes what they ask.
    pub fn assign(&mut self, population: &Population, slicing: &mut Slicing, aggregation: &Aggregation) {
        let found = self.decide(population, slicing, aggregation);
        if self.versions.is_relative() {
            self.versions.learn(population.live().count(), &found);
        }
    }

    /// Every node decides, and the moves are counted. Returns, of each version, what those who decided by it have
    /// found.
    pub fn decide(
        &mut self,
        population: &Population,
        slicing: &mut Slicing,
        aggregation: &Aggregation,
    ) -> Vec<Deciders> {
        self.versions.believe(population.alive(), aggregation);
        let Self { apps, holding, acting, versions, slack, .. } = self;
        let Some(apps) = apps else { return Vec::new() };
        let (slots, members): (Vec<&[Slot]>, Vec<_>) =
            (slicing.gradients.iter_mut()).map(|gradient| (&*gradient.slots, gradient.members.as_deref_mut())).unzip();
        let council = Council { versions, slack: *slack };
        let nodes = ((&mut **apps, population.alive()), (holding.as_deref(), acting.as_deref_mut()));
        let known = (((slots, members), population.values()), versions.estimates(aggregation));
        let parts = strides((nodes, known), |first, (nodes, known)| {
            let ((apps, alive), (holding, acting)) = nodes;
            let (((slots, members), attributes), estimates) = known;
            let first = first as u32;
            council.decide(Stride { first, apps, alive, holding, acting, slots, members, attributes, estimates })
        });
        let mut sum = council.nothing();
        for (moves, found) in parts {
            sum.0.iter_mut().zip(&moves).for_each(|(sum, moves)| sum.add(moves));
            for ((acting, counts), (more, others)) in sum.1.iter_mut().zip(found) {
                *acting += more;
                counts.iter_mut().zip(others).for_each(|(sum, count)| *sum += count);
            }
        }
        self.count(&sum.0);
        sum.1
    }
}

/// The moves of each application, and what the nodes that decided by each version have found.
type Decided = (Vec<Moves>, Vec<Deciders>);

/// What all strides share.
#[derive(Clone, Copy)]
struct Council<'a> {
    versions: &'a Versions,
    /// See [`Government`].
    slack: u64,
}

/// The columns of a stride.
#[derive(Default)]
struct Stride<'a> {
    first: u32,
    apps: &'a mut [u8],
    alive: Mask<'a>,
    holding: Option<&'a [u8]>,
    acting: Option<&'a mut [u8]>,
    slots: Vec<&'a [Slot]>,
    members: Vec<Option<&'a mut [u8]>>,
    attributes: Vec<&'a [f32]>,
    /// Of the cloud's size.
    estimates: Option<&'a [f32]>,
}

/// What the nodes of a stride draw and fit, as far as the versions at hand ask for it: nothing of other draws and
/// conditions.
#[derive(Default)]
struct Dealt {
    draws: Vec<Option<Vec<u32>>>,
    marks: Vec<Option<Vec<u8>>>,
}

impl Dealt {
    /// That of some nodes.
    fn gathered(&self, places: &[usize]) -> Self {
        let draws = self.draws.iter().map(|draws| gathered(draws.as_deref(), places)).collect();
        Self { draws, marks: self.marks.iter().map(|marks| gathered(marks.as_deref(), places)).collect() }
    }

    /// The words of a draw that a version at hand asks for.
    fn words(&self, draw: usize) -> &[u32] {
        self.draws[draw].as_deref().unwrap_or_else(|| unreachable!("the version asks for draw {draw}"))
    }

    /// Who fits the condition of a step, if it has one.
    fn fits(&self, condition: Option<usize>) -> Option<&[u8]> {
        condition.and_then(|condition| self.marks[condition].as_deref())
    }
}

/// What lies at some places of a column, if it is there.
fn gathered<T: Copy>(column: Option<&[T]>, places: &[usize]) -> Option<Vec<T>> {
    column.map(|column| places.iter().map(|&place| column[place]).collect())
}

impl Stride<'_> {
    /// Writes the number of the version by which each node decides, 0 for the dead and those that hold none. Returns
    /// which numbers there are, a bit each, and whether a live node holds none.
    fn numbers(&self, numbers: &mut [u8]) -> (u128, bool) {
        match self.holding {
            None => numbers.fill(1),
            Some(held) => numbers.iter_mut().zip(held).for_each(|(number, version)| *number = version & NUMBER),
        }
        let mut lacks = false;
        match self.alive.marks() {
            None => lacks = numbers.contains(&0),
            Some(alive) => {
                for (number, &alive) in numbers.iter_mut().zip(alive) {
                    lacks |= alive == MEMBER && *number == 0;
                    *number = if alive == MEMBER { *number } else { 0 };
                }
            }
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

impl Council<'_> {
    fn nothing(&self) -> Decided {
        let of = |plan: &Plan| (0, if plan.has_conditions() { vec![0; plan.steps.len()] } else { Vec::new() });
        let plans = &self.versions.plans;
        (vec![Moves::default(); plans.apps.len()], plans.versions.iter().map(of).collect())
    }

    /// The nodes of a stride decide.
    fn decide(&self, mut stride: Stride<'_>) -> Decided {
        let count = stride.apps.len();
        let mut versions = [0; STRIDE];
        let versions = &mut versions[..count];
        let (present, lacks) = stride.numbers(versions);
        let mut sizes = [UNKNOWN; STRIDE];
        let sizes = &mut sizes[..stride.estimates.map_or(0, <[f32]>::len)];
        stride.estimates.iter().for_each(|estimates| places(sizes, estimates));
        let dealt = self.deal(&stride, present);
        let mut chosen = [NONE; STRIDE];
        let chosen = &mut chosen[..count];
        let (_, mut found) = self.nothing();
        if present & !1 == 0 {
            stride.members.iter_mut().flatten().for_each(|members| leave(members, stride.alive, |_| true));
        }
        for number in (1..=self.versions.plans.versions.len()).filter(|number| present >> number & 1 == 1) {
            let decides = |k: usize| versions[k] == number as u8;
            let plan = &self.versions.plans.versions[number - 1];
            // The dead decide with the others, which is undone below.
            let all = present & !1 == 1 << number && !lacks && !plan.has_conditions();
            let found = &mut found[number - 1];
            match *among(if plan.is_absolute() { sizes } else { &[] }, decides) {
                [] => self.decide_by((number, UNKNOWN), &stride, &dealt, (chosen, decides, all), found),
                [(size, _)] => self.decide_by((number, size), &stride, &dealt, (chosen, decides, all), found),
                ref few if few.len() <= FEW => {
                    for &(size, _) in few {
                        let decides = |k: usize| decides(k) && sizes[k] == size;
                        self.decide_by((number, size), &stride, &dealt, (chosen, decides, false), found);
                    }
                }
                _ => self.decide_apart(number, &stride, &dealt, sizes, (chosen, decides), found),
            }
            take_part(plan, &mut stride, &dealt, chosen, decides);
        }
        if let Some(alive) = stride.alive.marks() {
            for (chosen, &alive) in chosen.iter_mut().zip(alive) {
                *chosen = if alive == MEMBER { *chosen } else { NONE };
            }
        }
        for members in stride.members.iter_mut().flatten().filter(|_| lacks && present != 1) {
            leave(members, stride.alive, |k| versions[k] == 0);
        }
        (self.moved(&mut stride, chosen, versions), found)
    }

    /// What the nodes draw and fit.
    fn deal(&self, stride: &Stride<'_>, present: u128) -> Dealt {
        let plans = &self.versions.plans;
        let mut dealt =
            Dealt { draws: vec![None; plans.conditions.len() + 1], marks: vec![None; plans.conditions.len()] };
        let there = |number: &usize| present >> (number + 1) & 1 == 1;
        for step in (0..plans.versions.len()).filter(there).flat_map(|number| &plans.versions[number].steps) {
            if let Pick::Random(draw) = step.pick {
                dealt.draws[draw].get_or_insert_with(|| {
                    let mut words = vec![0; stride.apps.len()];
                    for_life(self.versions.seed, SUITE).fill(&mut words, stride.first, draw as u32);
                    words
                });
            }
            if let Some(condition) = step.condition {
                dealt.marks[condition].get_or_insert_with(|| {
                    let mut marks = vec![0; stride.apps.len()];
                    fits(&mut marks, &plans.conditions[condition], &stride.attributes);
                    marks
                });
            }
        }
        dealt
    }

    /// Those nodes that decide by a version, and a size of the cloud, do so: `chosen` is what they choose, `all` says
    /// that there are no others.
    fn decide_by(
        &self,
        (number, size): (usize, u16),
        stride: &Stride<'_>,
        dealt: &Dealt,
        (chosen, decides, all): (&mut [u8], impl Fn(usize) -> bool, bool),
        (acting, found): &mut Deciders,
    ) {
        let plan = &self.versions.plans.versions[number - 1];
        let mut plainly = [NONE; STRIDE];
        let plainly = &mut plainly[..chosen.len()];
        if !all {
            plainly.iter_mut().enumerate().for_each(|(k, app)| *app = if decides(k) { NONE } else { OTHER_VERSION });
        }
        let mut steadily = if self.slack > 0 { plainly.to_vec() } else { Vec::new() };
        if plan.has_conditions() {
            *acting += (0..chosen.len()).filter(|&k| decides(k)).count() as u64;
        }
        for (index, (step, claims)) in plan.steps.iter().zip(self.versions.claims_by(number, size)).enumerate() {
            let fits = dealt.fits(step.condition);
            if let Some(found) = found.get_mut(index) {
                let is_eligible = |(k, &app): (usize, &u8)| app == NONE && fits.is_none_or(|fits| fits[k] == 1);
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
                        claim(plainly, dealt.words(*draw).iter().copied(), fits, from, to, step.app);
                        if self.slack > 0 {
                            claim(&mut steadily, dealt.words(*draw).iter().copied(), fits, from, to, step.app);
                        }
                    }
                }
            }
        }
        // Who has just come, or has another version than before, decides plainly.
        let stays = |k: usize| stride.acting.as_ref().is_none_or(|acting| usize::from(acting[k]) == number);
        for (k, &steadily) in steadily.iter().enumerate() {
            if steadily == stride.apps[k] && stays(k) {
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

    /// As [`Council::decide_by`], for nodes that differ in the size that they believe: gathers those of each, so that
    /// what it takes follows from how many nodes there are, however many sizes.
    fn decide_apart(
        &self,
        number: usize,
        stride: &Stride<'_>,
        dealt: &Dealt,
        sizes: &[u16],
        (chosen, decides): (&mut [u8], impl Fn(usize) -> bool),
        found: &mut Deciders,
    ) {
        // Sizes above, places below: sorted, those of a size are together.
        let mut order: Vec<u32> =
            (0..sizes.len()).filter(|&k| decides(k)).map(|k| u32::from(sizes[k]) << 16 | k as u32).collect();
        order.sort_unstable();
        let size = |word: u32| (word >> 16) as u16;
        for alike in order.chunk_by(|&one, &other| size(one) == size(other)) {
            let places: Vec<usize> = alike.iter().map(|&word| usize::from(word as u16)).collect();
            let mut apps: Vec<u8> = places.iter().map(|&k| stride.apps[k]).collect();
            let mut acting = gathered(stride.acting.as_deref(), &places);
            let slots: Vec<Vec<Slot>> =
                stride.slots.iter().map(|slots| places.iter().map(|&k| slots[k]).collect()).collect();
            let few = Stride {
                apps: &mut apps,
                acting: acting.as_deref_mut(),
                slots: slots.iter().map(|slots| &**slots).collect(),
                ..Stride::default()
            };
            let mut choices = vec![NONE; places.len()];
            let dealt = dealt.gathered(&places);
            self.decide_by((number, size(alike[0])), &few, &dealt, (&mut choices, |_| true, true), found);
            places.iter().zip(choices).for_each(|(&k, choice)| chosen[k] = choice);
        }
    }

    /// Nodes hold what they have chosen; returns the moves of each application.
    fn moved(&self, stride: &mut Stride<'_>, chosen: &[u8], versions: &[u8]) -> Vec<Moves> {
        let mut moves = vec![Moves::default(); self.versions.plans.apps.len()];
        // Every place is written, and the next one over it unless its node moves: who does cannot be guessed.
        let (mut places, mut count) = ([0_u16; STRIDE], 0);
        for (k, (held, chosen)) in stride.apps.iter().zip(chosen).enumerate() {
            places[count] = k as u16;
            count += usize::from(held != chosen);
        }
        for k in places[..count].iter().map(|&k| usize::from(k)) {
            let cause = match stride.acting.as_ref().map(|acting| acting[k]) {
                Some(0) => Cause::Churn,
                Some(acting) if acting != versions[k] => Cause::Suite,
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
        if let Some(acting) = &mut stride.acting {
            for (acting, &version) in acting.iter_mut().zip(versions) {
                *acting = if version == 0 { *acting & FOUNDER } else { version };
            }
        }
        moves
    }
}

/// Those nodes that decide by a version take part in its gradients, and leave the others.
fn take_part(plan: &Plan, stride: &mut Stride<'_>, dealt: &Dealt, chosen: &[u8], decides: impl Fn(usize) -> bool) {
    // Of each application, the step at which it is served; of none, the one after the last.
    let mut served = [plan.steps.len(); 1 << 8];
    plan.steps.iter().enumerate().for_each(|(index, step)| served[step.app as usize] = index);
    let partial = stride.members.iter_mut().enumerate();
    for (gradient, members) in partial.filter_map(|(gradient, members)| Some((gradient, members.as_mut()?))) {
        let Some(opening) = plan.opening(gradient) else {
            leave(members, stride.alive, &decides);
            continue;
        };
        let fits = dealt.fits(plan.steps[opening].condition);
        let takes_part = served.map(|served| served >= opening);
        // No branch on what nodes are: who moves cannot be guessed.
        for (k, (member, &app)) in members.iter_mut().zip(chosen).enumerate() {
            let is_eligible = takes_part[app as usize] && fits.is_none_or(|fits| fits[k] == 1);
            let outside = if *member == MEMBER { LEAVING } else { 0 };
            let now = if is_eligible { MEMBER } else { outside };
            *member = if decides(k) { now } else { *member };
        }
    }
}

/// Some nodes leave a gradient; those that live have their ids to hand on.
fn leave(members: &mut [u8], alive: Mask<'_>, leaves: impl Fn(usize) -> bool) {
    for (k, member) in members.iter_mut().enumerate().filter(|(k, _)| leaves(*k)) {
        *member = if *member == MEMBER && alive.holds(k) { LEAVING } else { 0 };
    }
}
