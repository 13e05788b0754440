//! Dissemination: every node holds a version of the suite, and the newer one wins wherever two nodes meet.
//!
//! ```text
//! where nodes keep views: when two meet to exchange entries, each tells the other the number of its version
//! with the oracle: each live node, in order, tells a random one, and is told
//! whoever holds the newer one sends its description; the other verifies it, and takes it or drops it
//! ```
//!
//! Demers et al., *Epidemic algorithms for replicated database maintenance*, PODC 1987 (anti-entropy, push-pull). A description is
//! verified once in a run, and every node applies that verdict.
//!
//! With the oracle: reads and writes one byte a node twice as a stream; partners lie in cache. With views: one byte of the records
//! that an exchange has at hand anyway, and in cycles in which somebody took a version the records once more as a stream.

use std::sync::{Mutex, PoisonError};

use datasets::scenario::{Push, Scenario};
use kernels::exchange::{Ends, Tally};
use kernels::spread::{ADVERSARY, Bad, NUMBER, Rules, Spread};
use kernels::views::{told, told_by, words};
use rayon::prelude::*;

use crate::assign::WAITING;
use crate::churn::Changes;
use crate::cloud::Cloud;
use crate::pass::{STRIDE, strides};
use crate::plan::{Plans, Source};
use crate::purpose::{ADVERSARIES, SPREADING, for_life};
use crate::schedule::{Batch, Drawn, Draws, Partition, Protocol, is_member};
use crate::select::{By, Selection};

/// What nodes do in a cycle with what they are told; `newest` is the newest version that has entered.
#[must_use]
pub fn rules(scenario: &Scenario, plans: &Plans, newest: usize, cycle: u32) -> Rules {
    let mut current = 0;
    for (number, plan) in (1..=newest).zip(&plans.versions) {
        let expires = plans.expires_cycle(scenario, plan);
        current |= u128::from(expires.is_none_or(|expires| cycle < expires)) << number;
    }
    let adversaries = scenario.adversaries.as_ref().filter(|adversaries| cycle >= adversaries.from_cycle);
    let push = adversaries.map(|adversaries| match adversaries.push {
        Push::Old if plans.versions.first().is_some_and(|plan| plan.source == Source::Beginning) => Bad::Old(1),
        Push::Old | Push::Forged | Push::File(_) => Bad::Invalid,
    });
    Rules { current, push }
}

/// Who is an adversary, and who knows the suite with which the run begins: all that are there.
pub fn begin(cloud: &mut Cloud, scenario: &Scenario) {
    let (Some(versions), Some(acting)) = (&mut cloud.versions, &mut cloud.acting) else { return };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let number = u8::from(!scenario.suite.apps.is_empty());
    if number == 0 {
        strides((&mut **acting, alive), |_, (acting, alive): (&mut [u8], &[u8])| {
            for (k, acting) in acting.iter_mut().enumerate() {
                *acting = if is_member(alive, k) { WAITING } else { 0 };
            }
        });
    }
    let share = scenario.adversaries.as_ref().map_or(0.0, |adversaries| adversaries.share);
    let draw = for_life(scenario.run.seed, ADVERSARIES);
    strides((&mut **versions, alive), |first, (versions, alive): (&mut [u8], &[u8])| {
        let mut words = [0; STRIDE];
        draw.fill(&mut words[..versions.len()], first as u32, 0);
        for (k, version) in versions.iter_mut().enumerate() {
            let lives = is_member(alive, k);
            let is_adversary = f64::from(words[k]) < share * 2_f64.powi(32);
            *version = if lives { number } else { 0 } | if is_adversary { ADVERSARY } else { 0 };
        }
    });
    let Some(views) = &mut cloud.views else { return };
    let entries = scenario.sampling.view as usize;
    let records = views.par_chunks_mut(words(entries));
    records.zip(versions.par_iter()).for_each(|(record, &version)| *told(record, entries) = version);
}

/// Nodes that leave forget their version; those that come hold none.
pub fn forget(cloud: &mut Cloud, scenario: &Scenario, changes: &Changes) {
    let Some(versions) = &mut cloud.versions else { return };
    let acting = cloud.acting.as_deref_mut().unwrap_or(&mut []);
    strides((&mut **versions, acting), |first, (versions, acting): (&mut [u8], &mut [u8])| {
        for change in &changes[first / STRIDE] {
            let k = change.node as usize - first;
            versions[k] &= ADVERSARY;
            acting[k] = 0;
        }
    });
    let came = changes.iter().flatten().filter(|change| change.came).map(|change| change.node);
    tell_views(cloud, scenario, came);
}

/// A version enters the cloud at so many random live nodes, none of them an adversary; returns how many there were.
pub fn enter(cloud: &mut Cloud, scenario: &Scenario, number: Option<usize>, nodes: u32, words: By<'_>) -> u64 {
    let Some(versions) = &mut cloud.versions else { return 0 };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let marks = |first: usize, marks: &mut [u8]| {
        for (k, mark) in marks.iter_mut().enumerate() {
            let lives = is_member(alive, first + k);
            *mark = u8::from(lives && versions[first + k] & ADVERSARY == 0);
        }
    };
    let chosen = Selection::new(cloud.nodes, &marks, words, |_| nodes as usize).into_nodes();
    if let Some(number) = number {
        for &node in &chosen {
            versions[node as usize] = number as u8;
        }
        tell_views(cloud, scenario, chosen.iter().copied());
    }
    chosen.len() as u64
}

/// What nodes tell where they keep views: the version that they hold.
pub fn tell_views(cloud: &mut Cloud, scenario: &Scenario, nodes: impl Iterator<Item = u32>) {
    let (Some(versions), Some(views)) = (&cloud.versions, &mut cloud.views) else { return };
    let entries = scenario.sampling.view as usize;
    for node in nodes.map(|node| node as usize) {
        *told(&mut views[node * words(entries)..][..words(entries)], entries) = versions[node];
    }
}

/// Nodes hold what they have been told where they keep views.
pub fn take_from_views(cloud: &mut Cloud, scenario: &Scenario) {
    let (Some(versions), Some(views)) = (&mut cloud.versions, &cloud.views) else { return };
    let entries = scenario.sampling.view as usize;
    let strides = versions.par_chunks_mut(STRIDE).zip(views.par_chunks(STRIDE * words(entries)));
    strides.for_each(|(versions, records)| {
        for (version, record) in versions.iter_mut().zip(records.chunks_exact(words(entries))) {
            *version = told_by(record, entries);
        }
    });
}

/// Runs one cycle with the oracle. `whole` is the cloud of live nodes in blocks.
pub fn spread(cloud: &mut Cloud, rules: Rules, draws: Draws, whole: &Partition) -> (Tally, Spread) {
    let Some(versions) = &mut cloud.versions else { return Default::default() };
    let pass = Drawn {
        draws: Draws { purpose: SPREADING, ..draws },
        partition: whole,
        mask: cloud.alive.as_deref().unwrap_or(&[]),
    };
    let telling = Telling { rules, spread: Mutex::default() };
    let tally = pass.run(versions, &telling);
    (tally, telling.spread.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Two nodes tell each other the number of their version.
#[derive(Debug)]
struct Telling {
    rules: Rules,
    /// A sum, so that the order of threads is no matter.
    spread: Mutex<Spread>,
}

impl Protocol<u8> for Telling {
    fn run(&self, ends: &mut impl Ends<u8>, batch: &mut Batch<'_>) -> Tally {
        let (mut tally, mut spread) = (Tally::default(), Spread::default());
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            tally.count(loss);
            let (mut own, mut other) = (ends.initiator(from), ends.partner(to));
            self.rules.meet(&mut own, &mut other, loss, &mut spread);
            ends.set_initiator(from, own);
            ends.set_partner(to, other);
        }
        gather(&self.spread, &spread);
        tally
    }
}

/// Adds what a batch has sent to a sum.
pub fn gather(sum: &Mutex<Spread>, spread: &Spread) {
    if !spread.is_nothing() {
        sum.lock().unwrap_or_else(PoisonError::into_inner).add(spread);
    }
}

/// How the live nodes stand to each version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Nodes that hold each version; entry 0: none.
    pub holders: [u64; 1 << 7],
    /// Nodes that act on each.
    pub acting: [u64; 1 << 7],
    /// Adversaries.
    pub adversaries: u64,
}

/// Counts the live nodes by version. Reads three bytes a node.
#[must_use]
pub fn standing(cloud: &Cloud) -> Standing {
    let mut sum = Standing { holders: [0; 1 << 7], acting: [0; 1 << 7], adversaries: 0 };
    let (Some(versions), Some(acting)) = (&cloud.versions, &cloud.acting) else {
        let all = cloud.alive_count() as u64;
        (sum.holders[1], sum.acting[1]) = (all, all);
        return sum;
    };
    let parts = strides((&**versions, (&**acting, cloud.alive())), |_, (versions, (acting, alive))| {
        let (mut held, mut acted, mut adversaries) = ([0_u32; 1 << 7], [0_u32; 1 << 7], 0);
        for (k, (&version, &acting)) in versions.iter().zip(acting).enumerate() {
            let lives = u32::from(is_member(alive, k));
            held[usize::from(version & NUMBER)] += lives;
            acted[usize::from(acting & NUMBER)] += lives;
            adversaries += lives * u32::from(version & ADVERSARY != 0);
        }
        (held, acted, adversaries)
    });
    for (held, acted, adversaries) in parts {
        sum.holders.iter_mut().zip(held).for_each(|(sum, count)| *sum += u64::from(count));
        sum.acting.iter_mut().zip(acted).for_each(|(sum, count)| *sum += u64::from(count));
        sum.adversaries += u64::from(adversaries);
    }
    sum
}
