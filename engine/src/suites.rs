//! What the versions of the suite ask of a node now: bounds on its own ids, in order of precedence.
//!
//! Most of it follows from the suite alone. Where an application asks for an absolute number, a node also needs to know how many
//! nodes there are: it goes by its own estimate ([`mod@crate::size`]), and while it has none by what the scenario says nodes believe at
//! first. What a version asks by an estimate is found once for all nodes that have it. A version without absolute requests looks at
//! no estimate.
//!
//! One figure nodes do not know yet: what share of the cloud fits a condition. Until they can estimate it, it is the true one: of
//! those that were eligible at the last assignment (before there are as many as in the sample, of a central assignment of a sample
//! of the cloud).
//!
//! The observer has a set of its own, by the true number of live nodes.

use std::collections::BTreeMap;

use datasets::scenario::Scenario;
use datasets::suite::{Request, Test};
use kernels::suite::NONE;
use rayon::prelude::*;

use crate::cloud::{Cloud, Estimates};
use crate::condition::fits;
use crate::layout::{Layout, WHOLE};
use crate::plan::{Made, Pick, Plan, Plans};
use crate::purpose::{SUITE, for_life};
use crate::schedule::is_member;
use crate::size::{UNKNOWN, census, nodes, place};

/// The most nodes of a sample. May change results.
const SAMPLE: usize = 1 << 16;

/// The versions of the suite that there are.
#[derive(Clone, Debug)]
pub struct Suites {
    /// What they ask.
    pub plans: Plans,
    /// An entry a version.
    running: Vec<Running>,
    /// The number of the newest that has entered the cloud, from 1; 0 while there is none.
    newest: usize,
    seed: u64,
    /// Which aggregate counts the cloud.
    counter: Option<usize>,
    /// How many nodes there are to those that have no estimate; `None` if they are told.
    first_estimate: Option<f64>,
    /// Places of the estimates of live nodes at the last assignment, and how many had each; none while no version asks.
    census: BTreeMap<u16, u64>,
}

/// A version that has entered the cloud.
#[derive(Clone, Debug, Default)]
struct Running {
    /// Share of the cloud that each application finds, where that is not known from the suite alone.
    eligible: Option<Vec<f64>>,
    /// The words of each draw, as they were when the version entered.
    nominal: Vec<Layout>,
    /// What it asks by the true number of live nodes.
    truly: Terms,
    /// What it asks by each estimate that live nodes have; none unless an application asks for an absolute number.
    believed: BTreeMap<u16, Terms>,
}

/// What a version asks, by one number of nodes.
#[derive(Clone, Debug, Default)]
struct Terms {
    /// Shares of the cloud that each application asks for and finds.
    shares: Vec<Share>,
    /// What each application claims.
    claims: Vec<Claim>,
}

/// What an application asks for, and what it finds, as shares of the cloud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Asked for.
    pub asked: f64,
    /// Left by earlier applications, and fit.
    pub eligible: f64,
}

/// Which nodes an application takes, of those that are left and fit.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// Those whose normalised rank in a gradient lies between two shares of its members.
    Gradient {
        /// Number of the gradient.
        gradient: usize,
        /// From this share on.
        from: f64,
        /// Up to this one.
        to: f64,
    },
    /// Those whose word of a draw for life lies in one of these ranges.
    Random {
        /// Number of the draw.
        draw: usize,
        /// Where the ranges begin, and where they end.
        ranges: Vec<[u64; 2]>,
    },
}

/// A share as words: fractions of 2^32.
#[must_use]
pub fn words(share: f64) -> u64 {
    (share * WHOLE as f64).round() as u64
}

impl Suites {
    /// The suites of a run before any has entered.
    #[must_use]
    pub fn new(plans: Plans, scenario: &Scenario) -> Self {
        let running = vec![Running::default(); plans.versions.len()];
        let counter = scenario.size();
        let counting = counter.and_then(|number| scenario.aggregates[number].counting.as_ref());
        let first_estimate = counting.map(|counting| counting.first_estimate);
        let (seed, census) = (scenario.run.seed, BTreeMap::new());
        Self { plans, running, newest: 0, seed, counter, first_estimate, census }
    }

    /// The number of the newest version that has entered the cloud; 0 while there is none.
    #[must_use]
    pub fn newest(&self) -> usize {
        self.newest
    }

    /// The plan of the newest version.
    #[must_use]
    pub fn newest_plan(&self) -> Option<&Plan> {
        self.newest.checked_sub(1).map(|index| &self.plans.versions[index])
    }

    /// What the applications of a version claim by the true number of live nodes, in order of precedence: the observer's.
    #[must_use]
    pub fn claims(&self, number: usize) -> &[Claim] {
        &self.running[number - 1].truly.claims
    }

    /// What they claim by the estimate at a place that live nodes had at the last call of [`Suites::believe`].
    #[must_use]
    pub fn claims_by(&self, number: usize, place: u16) -> &[Claim] {
        let Running { truly, believed, .. } = &self.running[number - 1];
        &believed.get(&place).unwrap_or(truly).claims
    }

    /// What they ask for and find by the true number of live nodes: the observer's.
    #[must_use]
    pub fn shares(&self, number: usize) -> &[Share] {
        &self.running[number - 1].truly.shares
    }

    /// Whether what a version asks depends on the cloud, and not on itself alone.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.plans.versions.iter().any(Plan::is_relative)
    }

    /// The estimates of all nodes; none while no version that has entered asks for an absolute number.
    #[must_use]
    pub fn estimates<'a>(&self, aggregates: &'a [Estimates]) -> &'a [f32] {
        let asks = self.plans.versions.iter().zip(&self.running).any(|(plan, running)| running.asks(plan));
        let held = self.counter.filter(|_| asks).and_then(|number| aggregates.get(number)?.held.as_deref());
        held.unwrap_or(&[])
    }

    /// A version enters the cloud. Its words are laid out for as many nodes as the owner believes there are.
    pub fn launch(&mut self, number: usize, cloud: &Cloud, alive: usize) {
        let plan = &self.plans.versions[number - 1];
        let draws = self.plans.conditions.len() + 1;
        let nodes = self.signed_by(cloud).unwrap_or(alive as f64);
        let before =
            self.newest.checked_sub(1).map(|index| self.running[index].layouts(&self.plans.versions[index], nodes));
        let before = before.unwrap_or_else(|| vec![Layout::default(); draws]);
        let eligible = plan.has_conditions().then(|| sample(&self.plans, plan, cloud, alive, self.seed));
        let nominal = laid_out(plan, &shares(plan, nodes, eligible.as_deref()), &before);
        let mut running = Running { eligible, nominal, ..Running::default() };
        running.truly = running.terms(plan, alive as f64);
        self.running[number - 1] = running;
        self.newest = self.newest.max(number);
        self.prepare();
    }

    /// How many nodes there are to the owner, who signs a version by the estimate of the first live node that has one.
    fn signed_by(&self, cloud: &Cloud) -> Option<f64> {
        let held = self.counter.and_then(|number| cloud.aggregates.get(number)?.held.as_deref()).unwrap_or(&[]);
        let live = held.iter().enumerate().filter(|(node, _)| is_member(cloud.alive(), *node));
        live.map(|(_, &estimate)| nodes(place(estimate))).find(Option::is_some).flatten().or(self.first_estimate)
    }

    /// Nodes have made a version by a rule of version number `base`: it is the newest, and enters now. Returns its number.
    pub fn insert(&mut self, base: usize, made: Made, cloud: &Cloud, alive: usize) -> usize {
        self.plans.insert(self.newest, base, made);
        // What had not entered yet has no state.
        self.running.truncate(self.newest);
        self.running.resize(self.plans.versions.len(), Running::default());
        self.launch(self.newest + 1, cloud, alive);
        self.newest
    }

    /// What nodes know of the cloud has changed, but for its size, and what the observer knows: how many are alive, and of each
    /// version how many act on it and how many of them each application found. Returns whether an application claims something else
    /// now by the true number of live nodes.
    pub fn learn(&mut self, alive: usize, found: &[(u64, Vec<u64>)]) -> bool {
        let mut is_new = false;
        for (number, plan) in self.plans.versions.iter().enumerate() {
            let running = &mut self.running[number];
            if !running.has_entered() || !plan.is_relative() {
                continue;
            }
            if let (Some(eligible), Some((acting, counts))) = (&mut running.eligible, found.get(number))
                && *acting as usize >= alive.clamp(1, SAMPLE)
            {
                *eligible = counts.iter().map(|&count| count as f64 / *acting as f64).collect();
                running.believed.clear();
            }
            let truly = running.terms(plan, alive as f64);
            is_new |= truly.claims != running.truly.claims;
            running.truly = truly;
        }
        self.prepare();
        is_new
    }

    /// Live nodes look at their estimates: finds what the versions ask by each.
    pub fn believe(&mut self, cloud: &Cloud) {
        let estimates = self.estimates(&cloud.aggregates);
        self.census = if estimates.is_empty() { BTreeMap::new() } else { census(estimates, cloud.alive()) };
        self.prepare();
    }

    /// Finds what the versions ask by each estimate, as far as that is not known, and forgets what nobody needs.
    fn prepare(&mut self) {
        for (plan, running) in self.plans.versions.iter().zip(&mut self.running) {
            if running.asks(plan) {
                running.believed.retain(|place, _| *place == UNKNOWN || self.census.contains_key(place));
                for place in self.census.keys().copied().chain([UNKNOWN]) {
                    let Some(nodes) = nodes(place).or(self.first_estimate) else { continue };
                    if !running.believed.contains_key(&place) {
                        running.believed.insert(place, running.terms(plan, nodes));
                    }
                }
            }
        }
    }

    /// Bytes of the layouts of a version, which its description carries: five a segment, none while all words are nobody's.
    #[must_use]
    pub fn layout_bytes(&self, number: usize) -> u64 {
        self.running[number - 1].nominal.iter().map(Layout::bytes).sum()
    }

    /// Nodes that each application asks for under the newest version; 0 for those that it lacks.
    #[must_use]
    pub fn asked(&self, alive: usize) -> Vec<u64> {
        let mut asked = vec![0; self.plans.apps.len()];
        if let Some(plan) = self.newest_plan() {
            for (step, share) in plan.steps.iter().zip(self.shares(self.newest)) {
                asked[step.app as usize] = match step.request {
                    Request::Nodes(nodes) => nodes,
                    Request::Share(_) | Request::Rest(_) => (share.asked * alive as f64).round() as u64,
                };
            }
        }
        asked
    }

    /// Where applications of the newest version end within a gradient by the estimate that most nodes have, in units of 2^-32: they
    /// tell others where to look, and decide nothing.
    #[must_use]
    pub fn borders(&self, number: usize) -> Vec<u32> {
        if self.newest == 0 {
            return Vec::new();
        }
        let ends = |claim: &Claim| match *claim {
            Claim::Gradient { gradient, from, to } if gradient == number => vec![words(from), words(to)],
            _ => Vec::new(),
        };
        let usual = self.census.iter().max_by_key(|(_, count)| **count).map_or(UNKNOWN, |(&place, _)| place);
        let ends = self.claims_by(self.newest, usual).iter().flat_map(ends);
        let mut borders: Vec<u32> = ends.filter(|&word| word > 0).filter_map(|word| word.try_into().ok()).collect();
        borders.sort_unstable();
        borders.dedup();
        borders
    }
}

impl Running {
    fn has_entered(&self) -> bool {
        !self.truly.claims.is_empty()
    }

    /// Whether it asks nodes for their estimate.
    fn asks(&self, plan: &Plan) -> bool {
        self.has_entered() && plan.is_absolute()
    }

    /// What it asks if there are so many nodes.
    fn terms(&self, plan: &Plan, nodes: f64) -> Terms {
        let shares = shares(plan, nodes, self.eligible.as_deref());
        let claims = claims(plan, &shares, &laid_out(plan, &shares, &self.nominal));
        Terms { shares, claims }
    }

    /// The words of each draw if there are so many nodes.
    fn layouts(&self, plan: &Plan, nodes: f64) -> Vec<Layout> {
        laid_out(plan, &shares(plan, nodes, self.eligible.as_deref()), &self.nominal)
    }
}

/// What the applications of a version ask for and find if there are so many nodes; `eligible` is what they find where that is not
/// known from the suite.
fn shares(plan: &Plan, nodes: f64, eligible: Option<&[f64]>) -> Vec<Share> {
    let weights: f64 =
        plan.steps.iter().map(|step| if let Request::Rest(weight) = step.request { weight } else { 0.0 }).sum();
    let fixed = |request| match request {
        Request::Share(share) => share,
        Request::Nodes(_) if nodes < 1.0 => 0.0,
        Request::Nodes(asked) => (asked as f64 / nodes).min(1.0),
        Request::Rest(_) => 0.0,
    };
    // Of those served before the rest it is known what they find; for those that come after it, what they ask is left.
    let first_rest = plan.steps.iter().position(|step| matches!(step.request, Request::Rest(_))).unwrap_or_default();
    let held = |(index, asked): (usize, f64)| match eligible {
        Some(eligible) if index < first_rest => asked.min(eligible[index]),
        _ => asked,
    };
    let rest = 1.0 - plan.steps.iter().map(|step| fixed(step.request)).enumerate().map(held).sum::<f64>();
    let mut left = 1.0_f64;
    let share = |(index, request): (usize, Request)| {
        let asked = match request {
            Request::Rest(weight) => rest.max(0.0) * weight / weights,
            request => fixed(request),
        };
        let eligible = eligible.map_or(left, |eligible| eligible[index]);
        left -= if eligible < asked { eligible } else { asked };
        Share { asked, eligible }
    };
    plan.steps.iter().map(|step| step.request).enumerate().map(share).collect()
}

/// How the words of each draw are laid out for a version, from how they were before.
fn laid_out(plan: &Plan, shares: &[Share], before: &[Layout]) -> Vec<Layout> {
    let layout = |(draw, before): (usize, &Layout)| {
        let mut end = 0.0;
        let mut wanted = Vec::new();
        for (step, share) in plan.steps.iter().zip(shares).filter(|(step, _)| step.pick == Pick::Random(draw)) {
            let from = end;
            end = fraction(from + (1.0 - from) * fraction(share.asked / share.eligible));
            wanted.push((step.app, words(end) - words(from)));
        }
        before.next(&wanted)
    };
    before.iter().enumerate().map(layout).collect()
}

/// What the applications of a version claim.
fn claims(plan: &Plan, shares: &[Share], layouts: &[Layout]) -> Vec<Claim> {
    // What applications of the running gradient hold, from either end, and what it began with.
    let (mut top_held, mut bottom_held, mut members) = (0.0, 0.0, 1.0);
    let claim = |(step, share): (&crate::plan::Step, &Share)| match step.pick {
        Pick::Random(draw) => Claim::Random {
            draw,
            ranges: layouts[draw].of(step.app).map(|segment| [segment.from, segment.to]).collect(),
        },
        Pick::Gradient { gradient, opens, top } => {
            if opens {
                (top_held, bottom_held, members) = (0.0, 0.0, share.eligible);
            }
            let share = share.asked / members;
            if top {
                top_held += share;
                Claim::Gradient { gradient, from: fraction(1.0 - top_held), to: fraction(1.0 - (top_held - share)) }
            } else {
                bottom_held += share;
                Claim::Gradient { gradient, from: fraction(bottom_held - share), to: fraction(bottom_held) }
            }
        }
    };
    plan.steps.iter().zip(shares).map(claim).collect()
}

/// A share, freed from what rounding adds beyond 0 and 1 or leaves short of them.
fn fraction(share: f64) -> f64 {
    const ROUNDING: f64 = 1e-9;
    match share {
        s if s < ROUNDING => 0.0,
        s if s > 1.0 - ROUNDING || s.is_nan() => 1.0,
        s => s,
    }
}

/// The share of the cloud that each application finds, by a central assignment of a sample of the live nodes.
fn sample(plans: &Plans, plan: &Plan, cloud: &Cloud, alive: usize, seed: u64) -> Vec<f64> {
    let gap = alive.div_ceil(SAMPLE).max(1);
    let live = |node: &usize| is_member(cloud.alive(), *node);
    let nodes: Vec<usize> = (0..cloud.nodes).filter(live).step_by(gap).collect();
    let values: Vec<Vec<f32>> =
        cloud.attributes.par_iter().map(|column| nodes.iter().map(|&node| column[node]).collect()).collect();
    let values: Vec<&[f32]> = values.iter().map(|values| &**values).collect();
    let draw = for_life(seed, SUITE);
    let marks: Vec<Vec<u8>> = plans.conditions.iter().map(|test| marked(test, &values, nodes.len())).collect();
    let mut eligible = vec![1.0; plan.steps.len()];
    // What the rest is depends on what the others find, and the other way round.
    for _ in 0..2 {
        let shares = shares(plan, alive as f64, Some(&eligible));
        let mut held = vec![NONE; nodes.len()];
        for (index, step) in plan.steps.iter().enumerate() {
            let fits = |k: &usize| held[*k] == NONE && step.condition.is_none_or(|condition| marks[condition][*k] == 1);
            let mut found: Vec<usize> = (0..nodes.len()).filter(fits).collect();
            eligible[index] = found.len() as f64 / nodes.len().max(1) as f64;
            match step.pick {
                Pick::Random(number) => found.sort_by_key(|&k| draw.word(nodes[k] as u32, number as u32)),
                Pick::Gradient { gradient, top, .. } => {
                    let values = values[plans.gradients[gradient].attribute];
                    found.sort_by(
                        |&a, &b| if top { values[b].total_cmp(&values[a]) } else { values[a].total_cmp(&values[b]) },
                    );
                }
            }
            let taken = (shares[index].asked * nodes.len() as f64).round() as usize;
            found.into_iter().take(taken).for_each(|k| held[k] = step.app);
        }
    }
    eligible
}

/// The marks of nodes that pass a test.
fn marked(test: &Test, values: &[&[f32]], nodes: usize) -> Vec<u8> {
    let mut marks = vec![0; nodes];
    fits(&mut marks, test, values);
    marks
}
