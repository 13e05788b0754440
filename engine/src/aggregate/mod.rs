//! Aggregation: nodes learn by gossip what no one can tell them.
//!
//! ```text
//! each live node, in order, exchanges its estimates with a random one: both take the mean (or the lesser, or the larger)
//! after the cycles of an epoch each holds what it has found, and restarts from what is true of itself now
//! who sees a newer epoch than its own restarts at once; who comes sits out the epoch under way ([`epoch`])
//! a count starts at a few leaders, who begin with one while all others have zero: the mean is one over their number ([`leaders`])
//! ```
//!
//! Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic networks*, TOCS 2005. Aggregates of the same nodes with
//! the same epochs travel in the same messages ([`group`]); each instance of a count but the first has exchanges of its own.
//!
//! An exchange reads and writes eight bytes of each column at either end: the initiator's as a stream, the partner's at random in
//! cache (for lists of partners see [`crate::schedule::Listed`]). Where nodes may be in different epochs, two bytes more, and a pass
//! of their own. At the end of an epoch every column is read once and the results are written, four bytes each; at its beginning
//! every column is written.

pub mod distribution;
pub mod epoch;
pub mod group;
pub mod leaders;
pub mod log;
pub mod source;
pub mod truth;

mod hold;
mod restart;
mod rows;

use datasets::scenario::{Function, Pairing, Partners, Scenario};
use datasets::trace::EpochRow;
use kernels::exchange::Tally;
use kernels::moments::Moments;
use kernels::philox::Stream;

use self::epoch::{Replay, Tag, Tagging};
use self::group::{Group, Item};
use self::hold::Who;
use self::log::{Found, Log};
pub use self::restart::welcome;
use self::source::Source;
use crate::cloud::Cloud;
use crate::protocols::{Averaging, Maximum, Minimum};
use crate::purpose::{AGGREGATION, LEADERS, PASS, POINTS};
use crate::sampling::Views;
use crate::schedule::{Drawn, Draws, Listed, Matching, Partition, Protocol, draw_partners, is_member};

/// Members of a block: two blocks fill half of a core's own cache. May change results.
pub const BLOCK: usize = 1 << 13;

/// Bytes of an estimate in a message.
const STATE_BYTES: u64 = 8;
/// Bytes of the number of an epoch.
const EPOCH_BYTES: u64 = 4;
/// Bytes of a leader's id.
const LEADER_BYTES: u64 = 4;

/// What is aggregated, and what is written down of it outside of the nodes.
#[derive(Clone, Debug)]
pub struct Aggregation {
    items: Vec<Item>,
    groups: Vec<Group>,
    /// Of each group, the epochs under way: the newest last.
    logs: Vec<Vec<Log>>,
    /// Of each group, how many epochs have ended one after the other without a size.
    lost: Vec<u32>,
}

/// Where and when exchanges happen.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Where random numbers come from, and what is lost.
    pub draws: Draws,
    /// The live nodes in blocks of [`BLOCK`].
    pub whole: &'a Partition,
    /// Shares of a gradient's members at which applications begin and end, by its number.
    pub borders: &'a dyn Fn(usize) -> Vec<u32>,
}

/// What a cycle has done.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Messages, with the bytes of a request and of a reply, by pass.
    pub messages: Vec<(Tally, [u64; 2])>,
    /// Epochs that have ended.
    pub epochs: Vec<EpochRow>,
}

/// How the exchanges of a pass are laid out.
enum Layout<'a> {
    Drawn(Drawn<'a>),
    Matching(Matching<'a>),
    Listed(Listed<&'a [u32]>),
}

impl Layout<'_> {
    fn run<T: Copy + Send + Sync>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally {
        match self {
            Self::Drawn(pass) => pass.run(state, protocol),
            Self::Matching(pass) => pass.run(state, protocol),
            Self::Listed(pass) => pass.run(state, protocol),
        }
    }
}

impl Aggregation {
    /// What a scenario aggregates.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let items = Item::all(scenario);
        let groups = Group::all(&items);
        let (logs, lost) = (vec![Vec::new(); groups.len()], vec![0; groups.len()]);
        Self { items, groups, logs, lost }
    }

    /// The true values of what is aggregated among all live nodes; none of the others.
    #[must_use]
    pub fn true_values(&self, cloud: &Cloud) -> Vec<Vec<f64>> {
        let values = |item: &Item| {
            if item.scope == group::Scope::Cloud { truth::true_values(cloud, item) } else { Vec::new() }
        };
        self.items.iter().map(values).collect()
    }

    /// All nodes begin with the first epoch, which lasts from the first cycle on.
    pub fn start(&mut self, cloud: &mut Cloud, scene: Scene<'_>) {
        for number in 0..self.groups.len() {
            self.admit(cloud, number, true);
            self.begin(cloud, scene, number, 1, 0);
            restart::all_begin(cloud, number);
            self.restart(cloud, number, |_| true);
            restart::settle(cloud, number);
        }
    }

    /// Runs one cycle.
    pub fn cycle(&mut self, cloud: &mut Cloud, scene: Scene<'_>) -> Done {
        let mut done = Done::default();
        for number in 0..self.groups.len() {
            self.open(cloud, scene, number);
            for pass in 0..self.groups[number].passes() {
                let tally = self.pass(cloud, scene, number, pass);
                done.messages.push((tally, [self.bytes(number, pass); 2]));
            }
            done.epochs.extend(self.close(cloud, scene, number));
        }
        done
    }

    /// Who comes to the group, and who begins its next epoch.
    fn open(&mut self, cloud: &mut Cloud, scene: Scene<'_>, number: usize) {
        let cycle = scene.draws.cycle;
        self.admit(cloud, number, false);
        let group = &self.groups[number];
        cloud.groups[number].has_ended = false;
        cloud.groups[number].fresh.iter_mut().for_each(|fresh| fresh.fill(0));
        let drifts = group.drifts();
        let Some(epoch) = (if drifts {
            restart::advance(cloud, number, self.newest(number))
        } else {
            let is_due = cycle - cloud.groups[number].began >= group.cycles();
            is_due.then(|| self.newest(number) + 1)
        }) else {
            return;
        };
        if epoch > self.newest(number) {
            self.begin(cloud, scene, number, cycle, epoch);
        }
        if !drifts {
            restart::all_begin(cloud, number);
        }
        self.restart(cloud, number, |_| true);
        restart::settle(cloud, number);
    }

    /// The number of the newest epoch of a group.
    fn newest(&self, number: usize) -> u32 {
        self.logs[number].last().map_or(0, |log| log.epoch)
    }

    /// A new epoch of a group: leaders offer themselves, points are chosen, the truth is noted.
    fn begin(&mut self, cloud: &mut Cloud, scene: Scene<'_>, number: usize, cycle: u32, epoch: u32) {
        let Scene { scenario, .. } = scene;
        let group = &self.groups[number];
        let seed = scenario.run.seed;
        let words = Stream::new(seed, cycle, LEADERS + PASS * group.first_pass);
        let inside = cloud.groups[number].members.as_deref().unwrap_or(cloud.alive());
        let leaders = group.counting.map_or_else(Vec::new, |counting| {
            let counts = |&&item: &&usize| self.items[item].aggregate.function == Function::Count;
            let held = group.items.iter().find(counts).and_then(|&item| cloud.aggregates[item].held.as_deref());
            let expected = counting.leaders * 2_f64.powi(self.lost[number].min(64) as i32);
            let may = |node| is_member(inside, node);
            let chance = (expected, counting.first_estimate);
            leaders::leaders(cloud.nodes, held.unwrap_or(&[]), may, words, chance, group.instances())
        });
        let draw = Stream::new(seed, cycle, POINTS + PASS * group.first_pass);
        let found = |(place, &item): (usize, &usize)| {
            let aggregate = &self.items[item].aggregate;
            let curve = if aggregate.function == Function::Quantiles {
                let before = self.logs[number].last().and_then(|log| log.items.get(place)).map(|found| &found.curve);
                let gradient = item.checked_sub(scenario.aggregates.len());
                let borders = gradient.map_or_else(Vec::new, scene.borders).into_iter();
                let borders = borders.map(|word| f64::from(word) / 2_f64.powi(32));
                let wanted: Vec<f64> = borders.chain(self.items[item].quantiles().iter().copied()).collect();
                restart::points(cloud, &self.items[item], inside, before, &wanted, draw, scenario.sampling.view)
            } else {
                distribution::Curve::default()
            };
            let quantities = self.items[item].quantiles().len().max(1);
            let is_held = self.items[item].is_held();
            let truths = if is_held { truth::true_values(cloud, &self.items[item]) } else { Vec::new() };
            Found { curve, truths, results: vec![Moments::default(); quantities], without: 0 }
        };
        let items = group.items.iter().enumerate().map(found).collect();
        self.logs[number].push(Log { epoch, first_cycle: cycle, last_cycle: cycle, is_told: false, leaders, items });
        cloud.groups[number].epoch = epoch;
        cloud.groups[number].began = cycle;
    }

    /// With what nodes start a column of an item, or an instance of a count.
    fn source<'a>(&self, number: usize, attributes: &'a [crate::column::Column<f32>], column: Column) -> Source<'a> {
        let logs = &self.logs[number];
        match column {
            Column::Instance(instance) => {
                let leader = |log: &Log| log.leaders.get(instance).map(|&leader| (log.tag(), leader));
                Source::Peak(logs.iter().filter_map(leader).collect())
            }
            Column::State(place, state) => {
                let aggregate = &self.items[self.groups[number].items[place]].aggregate;
                let values = aggregate.attribute.map_or(&[][..], |attribute| &*attributes[attribute]);
                let points = self.items[self.groups[number].items[place]].points();
                if state >= points && points > 0 {
                    Source::Own(values, Function::Average, 0)
                } else if aggregate.function == Function::Quantiles {
                    let point = |log: &Log| log.items[place].curve.inner().get(state).map(|&at| (log.tag(), at));
                    Source::Below(values, logs.iter().filter_map(point).collect())
                } else {
                    Source::Own(values, aggregate.function, state)
                }
            }
        }
    }

    /// All columns of a group.
    fn columns(&self, number: usize) -> Vec<Column> {
        let group = &self.groups[number];
        let states = group.items.iter().enumerate();
        let states = states.flat_map(|(place, &item)| (0..self.items[item].states()).map(move |k| (place, k)));
        let instances = (0..group.instances()).map(Column::Instance);
        states.map(|(place, state)| Column::State(place, state)).chain(instances).collect()
    }

    /// Every live node of a group starts one exchange.
    fn pass(&mut self, cloud: &mut Cloud, scene: Scene<'_>, number: usize, pass: usize) -> Tally {
        let Scene { scenario, draws, whole, .. } = scene;
        let first = self.groups[number].first_pass + pass as u32;
        let draws = Draws { purpose: AGGREGATION + PASS * first, ..draws };
        let mut list = cloud.partners.take();
        let members = cloud.groups[number].members.take();
        let alive = cloud.alive.take();
        let mask = members.as_deref().or(alive.as_deref()).unwrap_or(&[]);
        let own = members.as_deref().map(|members| Partition::new(members.len(), members, BLOCK));
        let partition = own.as_ref().unwrap_or(whole);
        let views = Views::of(cloud.views.as_deref(), &scenario.sampling);
        let starts = |node: usize| is_member(mask, node);
        let mut failed = 0;
        let layout = match (&mut list, scenario.sampling.pairing, scenario.sampling.partners) {
            (Some(list), ..) if let Some(views) = views => {
                failed = views.draw_partners(list, &draws, mask, starts);
                Layout::Listed(Listed { draws, partners: &**list })
            }
            (_, Pairing::Matching, _) => Layout::Matching(Matching { draws, partition, mask }),
            (Some(list), _, Partners::Listed) => {
                draw_partners(list, &draws, mask, starts);
                Layout::Listed(Listed { draws, partners: &**list })
            }
            _ => Layout::Drawn(Drawn { draws, partition, mask }),
        };
        let tally = self.run(cloud, number, pass, &layout, draws.cycle);
        (cloud.partners, cloud.groups[number].members, cloud.alive) = (list, members, alive);
        Tally { failed, ..tally }
    }

    /// Runs the exchanges of a pass on the columns that travel in it.
    fn run(&mut self, cloud: &mut Cloud, number: usize, pass: usize, layout: &Layout<'_>, cycle: u32) -> Tally {
        let mut tally = Tally::default();
        let travels = |column: &Column| match column {
            Column::State(..) => pass == 0,
            Column::Instance(instance) => *instance == pass,
        };
        if let Some(tags) = &mut cloud.groups[number].tags {
            let tagging = Tagging::default();
            tally = layout.run(tags, &tagging);
            if tagging.adopted.into_inner() > 0 {
                self.hold(cloud, number, Who::Adopters, cycle);
                self.restart(cloud, number, |column| !travels(column));
                restart::settle(cloud, number);
            }
        }
        let tags = cloud.groups[number].tags.take();
        let Cloud { attributes, aggregates, groups, .. } = &mut *cloud;
        for column in self.columns(number).into_iter().filter(travels) {
            let source = self.source(number, attributes, column);
            let (state, function) = match column {
                Column::Instance(instance) => (&mut groups[number].instances[instance], Function::Count),
                Column::State(place, state) => {
                    let item = self.groups[number].items[place];
                    (&mut aggregates[item].states[state], self.items[item].merges(state))
                }
            };
            let found = run_column(layout, state, function, tags.as_deref(), &source);
            if tags.is_none() {
                tally = found;
            }
        }
        cloud.groups[number].tags = tags;
        tally
    }

    /// The cycle ends: clocks go on, and who has finished its epoch holds what it has found.
    fn close(&mut self, cloud: &mut Cloud, scene: Scene<'_>, number: usize) -> Vec<EpochRow> {
        let cycle = scene.draws.cycle;
        let group = &self.groups[number];
        let Some(epochs) = group.epochs else { return Vec::new() };
        let is_last = cycle == scene.scenario.run.cycles;
        if group.drifts() {
            if restart::grow_older(cloud, number, epochs, scene.scenario.run.seed) {
                self.hold(cloud, number, Who::Due, cycle);
            }
            // By then everybody has left it.
            let newest = self.newest(number);
            return self.rows_of(cloud, number, |log| is_last && log.is_found() || log.epoch + 2 <= newest);
        }
        if cycle + 1 - cloud.groups[number].began < group.cycles() {
            return Vec::new();
        }
        self.hold(cloud, number, Who::All, cycle);
        cloud.groups[number].has_ended = true;
        self.rows_of(cloud, number, |_| true)
    }

    /// Bytes of a request, and of a reply, in a pass.
    fn bytes(&self, number: usize, pass: usize) -> u64 {
        let group = &self.groups[number];
        let states: usize = group.items.iter().map(|&item| self.items[item].states() + self.items[item].points()).sum();
        let instance = if group.instances() > 0 { STATE_BYTES + LEADER_BYTES } else { 0 };
        let tag = if group.epochs.is_some() { EPOCH_BYTES } else { 0 };
        instance + tag + if pass == 0 { states as u64 * STATE_BYTES } else { 0 }
    }
}

/// A column of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// A state of the item at this place in the group.
    State(usize, usize),
    /// An instance of its count.
    Instance(usize),
}

/// Runs the exchanges of a pass on one column.
fn run_column(
    layout: &Layout<'_>,
    state: &mut [f64],
    function: Function,
    tags: Option<&[Tag]>,
    source: &Source<'_>,
) -> Tally {
    match (function, tags) {
        (Function::Min, None) => layout.run(state, &Minimum),
        (Function::Max, None) => layout.run(state, &Maximum),
        (_, None) => layout.run(state, &Averaging),
        (Function::Min, Some(tags)) => layout.run(state, &Replay { tags, source, merge: f64::min }),
        (Function::Max, Some(tags)) => layout.run(state, &Replay { tags, source, merge: f64::max }),
        (_, Some(tags)) => layout.run(state, &Replay { tags, source, merge: |a, b| (a + b) * 0.5 }),
    }
}
