//! The versions of the suite that have entered the cloud, and what each asks of a node now.
//!
//! Most of what a version asks follows from its suite alone. Two figures do not:
//!
//! - Where an application asks for an absolute number, a node needs to know how many nodes there are. It goes by its
//!   own estimate ([`kernels::census`]), and while it has none by what the scenario says nodes believe at first. What a
//!   version asks by an estimate is found once for all nodes that have that estimate.
//! - Where an application has a condition, a node needs to know what share of the cloud fits. Nodes cannot estimate
//!   that yet, so it is the true share: of the nodes that were eligible when nodes last decided; and before enough have
//!   decided, of those that an omniscient server would find eligible in a sample of the cloud ([`super::sample`]).
//!
//! The observer goes by neither: it counts who is alive and who fits, and asks a version for its shares and words by
//! those counts ([`Versions::shares`], [`Versions::layouts`]).

use std::collections::BTreeMap;

use datasets::scenario::Scenario;
use datasets::suite::Version;
use kernels::census::{UNKNOWN, among, nodes, place, places};
use kernels::layout::Layout;
use serde::{Deserialize, Serialize};

use super::claims::{Claim, Share, claims, laid_out, shares, words};
use super::layouts::signed;
use super::sample::{SAMPLE, sample};
use crate::aggregate::Aggregation;
use crate::memory::{Mask, STRIDE, strides};
use crate::plans::{Origin, Pick, Plan, Plans, Step};
use crate::population::Population;

/// The versions of the suite that there are.
#[derive(Debug)]
pub struct Versions {
    /// What they ask.
    pub plans: Plans,
    /// Seed of the run: of the words that nodes keep for life.
    pub seed: u64,
    /// Which aggregate counts the cloud.
    counter: Option<usize>,
    /// How many nodes there are to those that have no estimate; `None` if they are told.
    first_estimate: Option<f64>,
    /// What lasts beside that, but for the versions that rules have made.
    course: VersionsCourse,
}

/// What the versions have come to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VersionsCourse {
    /// An entry a version.
    running: Vec<Running>,
    /// The number of the newest that has entered the cloud, from 1; 0 while there is none.
    newest: usize,
    /// Launches of the scenario that nodes have dropped, since rules had changed the suite by then.
    refused: Vec<usize>,
    /// Places of the estimates of live nodes at the last assignment, and how many had each; none while no version asks.
    census: BTreeMap<u16, u64>,
}

/// A version that has entered the cloud.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Running {
    /// Share of the cloud that each application finds, where that is not known from the suite alone.
    eligible: Option<Vec<f64>>,
    /// The words of each draw, as they were when the version entered.
    nominal: Vec<Layout>,
    /// What it asks by the true number of live nodes: of nodes that are told it, or need not know.
    truly: Claims,
    /// What it asks by each estimate that live nodes have; none unless an application asks for an absolute number.
    believed: BTreeMap<u16, Claims>,
}

/// What each application of a version claims, by one number of nodes.
type Claims = Vec<Claim>;

/// What lasts of the versions: what they have come to, and those that rules have made.
pub type VersionsBook = (VersionsCourse, Vec<(Version, Origin)>);

/// How many nodes have decided by a version, and how many of those each of its applications found left and fit. The
/// latter is empty for versions without conditions.
pub type Deciders = (u64, Vec<u64>);

impl Versions {
    /// The versions of a run before any has entered.
    #[must_use]
    pub fn new(plans: Plans, scenario: &Scenario) -> Self {
        let running = vec![Running::default(); plans.versions.len()];
        let counter = scenario.counter();
        let counting = counter.and_then(|number| scenario.aggregates[number].counting.as_ref());
        let first_estimate = counting.map(|counting| counting.first_estimate);
        let course = VersionsCourse { running, ..VersionsCourse::default() };
        Self { plans, seed: scenario.run.seed, counter, first_estimate, course }
    }

    /// The number of the newest version that has entered the cloud; 0 while there is none.
    #[must_use]
    pub fn newest(&self) -> usize {
        self.course.newest
    }

    /// Whether the suite is another one than the launches of the scenario have made.
    #[must_use]
    pub fn have_strayed(&self) -> bool {
        let entered = &self.plans.versions[..self.newest()];
        !self.course.refused.is_empty() || entered.iter().any(|plan| matches!(plan.origin, Origin::Rule { .. }))
    }

    /// Nodes drop the version of a launch that has not entered.
    pub fn refuse(&mut self, launch: usize) {
        self.plans.versions.retain(|plan| plan.origin != Origin::Launch(launch));
        // What had not entered yet has no state.
        let VersionsCourse { running, newest, refused, .. } = &mut self.course;
        running.truncate(*newest);
        running.resize(self.plans.versions.len(), Running::default());
        refused.push(launch);
    }

    /// The plan of the newest version.
    #[must_use]
    pub fn newest_plan(&self) -> Option<&Plan> {
        self.newest().checked_sub(1).map(|index| &self.plans.versions[index])
    }

    /// What the applications of a version claim, in order of precedence, by the estimate at a place that live nodes had
    /// at the last call of [`Versions::believe`].
    #[must_use]
    pub fn claims_by(&self, number: usize, place: u16) -> &[Claim] {
        let Running { truly, believed, .. } = &self.course.running[number - 1];
        believed.get(&place).unwrap_or(truly)
    }

    /// What the applications of the newest version ask for and find if there are so many nodes, of which the first
    /// applications find these shares left and fit. Nothing before a version has entered.
    #[must_use]
    pub fn shares(&self, nodes: f64, eligible: &[f64]) -> Vec<Share> {
        self.newest_plan().map_or_else(Vec::new, |plan| shares(plan, nodes, eligible))
    }

    /// The words of each draw under the newest version, if its applications ask for and find these shares.
    #[must_use]
    pub fn layouts(&self, shares: &[Share]) -> Vec<Layout> {
        let newest = self.newest_plan().zip(self.course.running.get(self.newest().wrapping_sub(1)));
        newest.map_or_else(Vec::new, |(plan, running)| laid_out(plan, shares, &running.nominal))
    }

    /// The plans of the versions that have entered, by their numbers from 1 on.
    pub fn entered(&self) -> impl Iterator<Item = &Plan> {
        self.plans.versions[..self.newest()].iter()
    }

    /// Whether what a version asks depends on the cloud, and not on itself alone.
    pub fn is_relative(&self) -> bool {
        self.plans.versions.iter().any(Plan::is_relative)
    }

    /// The estimates of all nodes; `None` while no version that has entered asks for an absolute number, or nodes have
    /// none.
    #[must_use]
    pub fn estimates<'a>(&self, aggregation: &'a Aggregation) -> Option<&'a [f32]> {
        let asks = self.plans.versions.iter().zip(&self.course.running).any(|(plan, running)| running.asks(plan));
        aggregation.held(self.counter.filter(|_| asks)?)
    }

    /// A version enters the cloud. Its words are laid out for as many nodes as the owner believes there are.
    pub fn launch(&mut self, number: usize, population: &Population, aggregation: &Aggregation) {
        let alive = population.live().count();
        let nodes = self.owners_count(population, aggregation);
        let plan = &self.plans.versions[number - 1];
        let draws = self.plans.conditions.len() + 1;
        let course = &mut self.course;
        let before = course.newest.checked_sub(1);
        let before = before.map(|index| course.running[index].layouts(&self.plans.versions[index], nodes));
        // A version may be the first with a condition.
        let mut before = before.unwrap_or_default();
        before.resize(draws, Layout::default());
        let eligible = plan.has_conditions().then(|| sample(&self.plans, plan, population, alive, self.seed));
        let found = laid_out(plan, &shares(plan, nodes, eligible.as_deref().unwrap_or_default()), &before);
        let nominal = signed(plan, found);
        let mut running = Running { eligible, nominal, ..Running::default() };
        running.truly = running.claims(plan, alive as f64);
        course.running[number - 1] = running;
        course.newest = course.newest.max(number);
        self.prepare();
    }

    /// How many nodes there are to who signs a version: by the estimate of the first live node that has one, else by
    /// what nodes believe at first; the true number where nodes are told it.
    pub(super) fn owners_count(&self, population: &Population, aggregation: &Aggregation) -> f64 {
        let alive = population.alive();
        let held = self.counter.and_then(|number| aggregation.held(number)).into_iter().flatten();
        let mut live = held.enumerate().filter(|(node, _)| alive.holds(*node));
        let believed = live.find_map(|(_, &estimate)| nodes(place(estimate))).or(self.first_estimate);
        believed.unwrap_or_else(|| population.live().count() as f64)
    }

    /// Nodes have made a version by a rule: it is the newest, and enters now. Returns its number.
    pub fn insert(
        &mut self,
        (version, origin): (Version, Origin),
        population: &Population,
        aggregation: &Aggregation,
    ) -> usize {
        self.plans.insert(version, origin);
        // What had not entered yet has no state.
        let VersionsCourse { running, newest, .. } = &mut self.course;
        running.truncate(*newest);
        running.resize(self.plans.versions.len(), Running::default());
        let number = *newest + 1;
        self.launch(number, population, aggregation);
        number
    }

    /// What nodes know of the cloud has changed, but for its size: how many are alive, for nodes that are told so, and
    /// what nodes that decided by each version have found.
    pub fn learn(&mut self, alive: usize, found: &[Deciders]) {
        for (number, plan) in self.plans.versions.iter().enumerate() {
            let running = &mut self.course.running[number];
            if !running.has_entered() || !plan.is_relative() {
                continue;
            }
            if let (Some(eligible), Some((acting, counts))) = (&mut running.eligible, found.get(number))
                && *acting as usize >= alive.clamp(1, SAMPLE)
            {
                *eligible = counts.iter().map(|&count| count as f64 / *acting as f64).collect();
                running.believed.clear();
            }
            running.truly = running.claims(plan, alive as f64);
        }
        self.prepare();
    }

    /// Live nodes look at their estimates: finds what the versions ask by each.
    pub fn believe(&mut self, alive: Mask<'_>, aggregation: &Aggregation) {
        let estimates = self.estimates(aggregation);
        self.course.census = estimates.map_or_else(BTreeMap::new, |estimates| census(estimates, alive));
        self.prepare();
    }

    /// Finds what the versions ask by each estimate, as far as that is not known, and forgets what nobody needs.
    fn prepare(&mut self) {
        let VersionsCourse { running, census, .. } = &mut self.course;
        for (plan, running) in self.plans.versions.iter().zip(running) {
            if running.asks(plan) {
                running.believed.retain(|place, _| *place == UNKNOWN || census.contains_key(place));
                for place in census.keys().copied().chain([UNKNOWN]) {
                    let Some(nodes) = nodes(place).or(self.first_estimate) else { continue };
                    if !running.believed.contains_key(&place) {
                        running.believed.insert(place, running.claims(plan, nodes));
                    }
                }
            }
        }
    }

    /// Bytes of the layouts of a version, which its description carries, as far as its suite does not have them: five a
    /// segment, none while all words are nobody's.
    pub fn layout_bytes(&self, number: usize) -> u64 {
        if !self.plans.versions[number - 1].suite().layout.is_empty() {
            return 0;
        }
        self.course.running[number - 1].nominal.iter().map(Layout::bytes).sum()
    }

    /// Where applications of the newest version end within a gradient by the estimate that most nodes have, in units of
    /// 2^-32: they tell others where to look, and decide nothing.
    #[must_use]
    pub fn borders(&self, number: usize) -> Vec<u32> {
        if self.newest() == 0 {
            return Vec::new();
        }
        let ends = |claim: &Claim| match *claim {
            Claim::Gradient { gradient, from, to } if gradient == number => vec![words(from), words(to)],
            _ => Vec::new(),
        };
        let usual = self.course.census.iter().max_by_key(|(_, count)| **count).map_or(UNKNOWN, |(&place, _)| place);
        let ends = self.claims_by(self.newest(), usual).iter().flat_map(ends);
        let mut borders: Vec<u32> = ends.filter(|&word| word > 0).filter_map(|word| word.try_into().ok()).collect();
        borders.sort_unstable();
        borders.dedup();
        borders
    }

    /// Takes up what lasts where a book has left it: versions that rules have made are inserted again, in their order.
    /// Says whether the plans have the versions that the book tells of; the scenario may know later ones.
    pub fn take_up(&mut self, (course, made): VersionsBook) -> bool {
        let is_refused =
            |plan: &Plan| matches!(plan.origin, Origin::Launch(launch) if course.refused.contains(&launch));
        self.plans.versions.retain(|plan| !is_refused(plan));
        for (version, origin) in made {
            let count = self.plans.versions.len();
            let Origin::Rule { base, newest, .. } = origin else { return false };
            if !(1..=count).contains(&base) || newest > count {
                return false;
            }
            self.plans.insert(version, origin);
        }
        let count = self.plans.versions.len();
        self.course = course;
        let running = self.course.running.iter().zip(&self.plans.versions);
        let fits = self.course.running.len() <= count
            && self.course.newest <= count
            && running.into_iter().all(|(running, plan)| running.fits(plan, &self.plans));
        self.course.running.resize(count, Running::default());
        fits
    }

    /// What lasts from one cycle to the next: what the versions have come to, and those that rules have made, in the
    /// order in which they were. [`Versions::insert`]ed again in that order, they give the same plans.
    #[must_use]
    pub fn book(&self) -> VersionsBook {
        let Self { plans, seed: _, counter: _, first_estimate: _, course } = self;
        let made = plans.versions.iter().filter(|plan| matches!(plan.origin, Origin::Rule { .. }));
        (course.clone(), made.map(|plan| (plan.version.clone(), plan.origin)).collect())
    }
}

impl Running {
    /// Whether what a book says of a version is of its applications.
    fn fits(&self, plan: &Plan, plans: &Plans) -> bool {
        let is_pick = |(claim, step): (&Claim, &Step)| match (claim, step.pick) {
            (Claim::Random { draw, .. }, Pick::Random(pick)) => *draw == pick,
            (Claim::Gradient { gradient, .. }, Pick::Gradient { gradient: pick, .. }) => *gradient == pick,
            _ => false,
        };
        let is_of = |claims: &Claims| claims.len() == plan.steps.len() && claims.iter().zip(&plan.steps).all(is_pick);
        let is_laid_out = |step: &Step| !matches!(step.pick, Pick::Random(draw) if draw >= self.nominal.len());
        let is_found = |eligible: &Vec<f64>| eligible.len() == plan.steps.len();
        !self.has_entered() && self.believed.is_empty()
            || is_of(&self.truly)
                && self.believed.values().all(is_of)
                && (1..=plans.conditions.len() + 1).contains(&self.nominal.len())
                && plan.steps.iter().all(is_laid_out)
                && self.eligible.as_ref().is_none_or(is_found)
    }

    fn has_entered(&self) -> bool {
        !self.truly.is_empty()
    }

    /// Whether it asks nodes for their estimate.
    fn asks(&self, plan: &Plan) -> bool {
        self.has_entered() && plan.is_absolute()
    }

    /// What it claims if there are so many nodes.
    fn claims(&self, plan: &Plan, nodes: f64) -> Claims {
        let shares = self.shares(plan, nodes);
        claims(plan, &shares, &laid_out(plan, &shares, &self.nominal))
    }

    /// The words of each draw if there are so many nodes.
    fn layouts(&self, plan: &Plan, nodes: f64) -> Vec<Layout> {
        laid_out(plan, &self.shares(plan, nodes), &self.nominal)
    }

    /// What it asks for and finds if there are so many nodes.
    fn shares(&self, plan: &Plan, nodes: f64) -> Vec<Share> {
        shares(plan, nodes, self.eligible.as_deref().unwrap_or_default())
    }
}

/// Which places live nodes' estimates have, and how many have each. Reads four bytes a node, and one where nodes can
/// die.
fn census(estimates: &[f32], alive: Mask<'_>) -> BTreeMap<u16, u64> {
    let parts = strides((estimates, alive), |_, (estimates, alive)| {
        let mut room = [UNKNOWN; STRIDE];
        let room = &mut room[..estimates.len()];
        places(room, estimates);
        among(room, |k| alive.holds(k))
    });
    let mut census = BTreeMap::new();
    for (place, count) in parts.into_iter().flatten() {
        *census.entry(place).or_default() += u64::from(count);
    }
    census
}
