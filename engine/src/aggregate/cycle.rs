//! A cycle of aggregation, group by group: nodes whose epoch is over hold their results and begin the next one; then
//! every column of the group is exchanged. Each group has exchanges of its own, and all columns of a group the same
//! ones.

use datasets::scenario::Function;
use datasets::trace::EpochRow;
use kernels::distribution::Curve;
use kernels::exchange::Tally;
use kernels::moments::Moments;

use super::epoch::{Replay, Tagging};
use super::group::Group;
use super::hold::Ending;
use super::item::{Item, Scope};
use super::leaders::leaders;
use super::log::{Found, Log};
use super::merge::{Merge, mean};
use super::restart::points;
use super::running::{Around, Part, Running, StateColumn, meeting};
use super::state::Aggregation;
use crate::overlay::Overlay;
use crate::overlay::meeting::Meeting;
use crate::population::Cuts;
use crate::schedule::purpose::{AGGREGATION, LEADERS, PASS, POINTS};

/// Bytes of an estimate in a message.
const STATE_BYTES: u64 = 8;
/// Bytes of the number of an epoch.
const EPOCH_BYTES: u64 = 4;
/// Bytes of a leader's id.
const LEADER_BYTES: u64 = 4;

/// What a cycle has done.
#[derive(Debug, Default)]
pub struct Done {
    /// Messages, with the bytes of a request and of a reply, by pass.
    pub messages: Vec<(Tally, [u64; 2])>,
    /// Epochs that have ended.
    pub epochs: Vec<EpochRow>,
}

impl Aggregation {
    /// The true values of what is aggregated among all live nodes; none of the others.
    #[must_use]
    pub fn true_values(&self, scopes: &super::Scopes<'_>) -> Vec<Vec<f64>> {
        let values = |item: &Item| if item.scope == Scope::Cloud { scopes.true_values(item) } else { Vec::new() };
        self.items.iter().map(values).collect()
    }

    /// Passes of a cycle, in each of which members meet one other.
    #[must_use]
    pub fn passes(&self) -> usize {
        self.groups.iter().map(Group::passes).sum()
    }

    /// The purpose of the first pass in which all live nodes meet.
    #[must_use]
    pub fn first_pass(&self) -> Option<u32> {
        let group = self.groups.iter().find(|group| group.scope == Scope::Cloud)?;
        Some(AGGREGATION + PASS * group.first_pass)
    }

    /// All nodes begin with the first epoch, which lasts from the first cycle on: that is the cycle `around` them.
    pub fn start(&mut self, around: &mut Around<'_>) {
        for number in 0..self.groups.len() {
            self.admit(number, &around.scopes, true);
            let cuts = Cuts::default();
            let mut group = self.running(number, &around.scopes, &cuts);
            group.begin(0, around);
            group.all_begin();
            group.restart(&around.scopes, |_| true);
            group.settle();
        }
    }

    /// Runs one cycle.
    pub fn cycle(&mut self, overlay: &mut Overlay, around: &mut Around<'_>) -> Done {
        let mut done = Done::default();
        let mut inside = around.inside.take();
        for number in 0..self.groups.len() {
            self.admit(number, &around.scopes, false);
            let cuts = Cuts::default();
            let mut group = self.running(number, &around.scopes, &cuts);
            group.open(around);
            for pass in 0..group.group.passes() {
                let draws = around.cycle.draws(AGGREGATION + PASS * (group.group.first_pass + pass as u32));
                let meeting = meeting(overlay, inside.as_mut(), group.group.scope, group.members, draws);
                done.messages.push((group.pass(pass, &meeting, around), [group.bytes(pass); 2]));
            }
            done.epochs.extend(group.close(around));
        }
        done
    }
}

impl Running<'_> {
    /// Who begins the next epoch, or has just come where there are none.
    fn open(&mut self, around: &mut Around<'_>) {
        if self.group.scope != Scope::Cloud && self.group.epochs.is_none() {
            self.restart(&around.scopes, |_| true);
            self.settle();
        }
        self.course().has_ended = false;
        self.part.fresh.iter_mut().for_each(|fresh| fresh.fill(0));
        let (drifts, newest) = (self.group.drifts(), self.course().epoch);
        let is_due = |began| around.cycle.number - began >= self.group.cycles();
        let epoch = if drifts { self.advance(newest) } else { is_due(self.part.course.began).then_some(newest + 1) };
        let Some(epoch) = epoch else { return };
        if epoch > newest {
            self.begin(epoch, around);
        }
        if !drifts {
            self.all_begin();
        }
        self.restart(&around.scopes, |_| true);
        self.settle();
    }

    /// A new epoch: leaders offer themselves, points are chosen, the truth is noted.
    fn begin(&mut self, epoch: u32, around: &Around<'_>) {
        let (nodes, mask) = (self.members.nodes, self.members.mask);
        let stream = |purpose| around.cycle.stream(purpose + PASS * self.group.first_pass);
        let leaders = self.group.counting.map_or_else(Vec::new, |counting| {
            let counter = self.own_items().find(|(_, item)| item.aggregate.function == Function::Count);
            let held = counter.and_then(|(number, _)| self.estimates[number].held.as_deref());
            let expected = counting.leaders * 2_f64.powi(self.part.course.lost.min(64) as i32);
            let chance = (expected, counting.first_estimate);
            leaders(nodes, held, |node| mask.holds(node), stream(LEADERS), chance, self.group.instances())
        });
        let found = |(place, (_, item)): (usize, (usize, &Item))| {
            let curve = match item.aggregate.attribute.filter(|_| item.aggregate.function == Function::Quantiles) {
                Some(attribute) => {
                    let before = self.part.course.logs.last().and_then(|log| log.items.get(place));
                    let borders = item.gradient.map_or_else(Vec::new, around.borders).into_iter();
                    let borders = borders.map(|word| f64::from(word) / 2_f64.powi(32));
                    let wanted: Vec<f64> = borders.chain(item.quantiles().iter().copied()).collect();
                    let values = &*around.scopes.population.attributes[attribute];
                    let draws = (stream(POINTS), around.known);
                    points(item, values, self.members, before.map(|found| &found.curve), &wanted, draws)
                }
                None => Curve::default(),
            };
            let truths = if item.is_held() { around.scopes.true_values(item) } else { Vec::new() };
            let results = vec![Moments::default(); item.quantiles().len().max(1)];
            Found { curve, truths, results, without: 0 }
        };
        let items = self.own_items().enumerate().map(found).collect();
        let cycle = around.cycle.number;
        let course = self.course();
        course.logs.push(Log { epoch, first_cycle: cycle, last_cycle: cycle, is_told: false, leaders, items });
        (course.epoch, course.began) = (epoch, cycle);
    }

    /// Every live node of the group starts one exchange: the columns that travel in the pass change.
    fn pass(&mut self, pass: usize, meeting: &Meeting<'_>, around: &mut Around<'_>) -> Tally {
        let travels = |column| match column {
            Part::State { .. } => pass == 0,
            Part::Instance(instance) => instance == pass,
        };
        let mut tally = None;
        if let Some(tags) = &mut self.part.tags {
            let tagging = Tagging::default();
            tally = Some(meeting.run(tags, &tagging));
            if tagging.adopted.sum() > 0 {
                self.hold(Ending::Adopted, around);
                self.restart(&around.scopes, |column| !travels(column));
                self.settle();
            }
        }
        for column in self.columns().into_iter().filter(|&column| travels(column)) {
            let function = self.merges(column);
            let column = self.column(column, &around.scopes);
            let found = match function {
                Function::Min => exchange(meeting, column, f64::min),
                Function::Max => exchange(meeting, column, f64::max),
                _ => exchange(meeting, column, mean),
            };
            // Where nodes tell each other their epoch, that pass has counted the messages.
            tally = tally.filter(|_| self.part.tags.is_some()).or(Some(found));
        }
        tally.unwrap_or_default()
    }

    /// The cycle ends: clocks go on, and who has finished its epoch holds what it has found.
    fn close(&mut self, around: &mut Around<'_>) -> Vec<EpochRow> {
        if self.group.epochs.is_none() {
            return Vec::new();
        }
        if self.group.drifts() {
            if self.grow_older(around.cycle.seeds.life) {
                self.hold(Ending::Due, around);
            }
            // By then everybody has left it.
            let newest = self.course().epoch;
            let mut rows = self.rows(around, |log| log.epoch + 2 <= newest);
            if around.is_last {
                // A fork may go on from here, as if there had been more cycles from the beginning.
                let course = self.course().clone();
                rows.extend(self.rows(around, Log::is_found));
                *self.course() = course;
            }
            return rows;
        }
        if around.cycle.number + 1 - self.course().began < self.group.cycles() {
            return Vec::new();
        }
        self.hold(Ending::All, around);
        self.course().has_ended = true;
        self.rows(around, |_| true)
    }

    /// Bytes of a request, and of a reply, in a pass.
    fn bytes(&self, pass: usize) -> u64 {
        let states: usize = self.own_items().map(|(_, item)| item.states() + item.points()).sum();
        let instance = if self.group.instances() > 0 { STATE_BYTES + LEADER_BYTES } else { 0 };
        let tag = if self.group.epochs.is_some() { EPOCH_BYTES } else { 0 };
        instance + tag + if pass == 0 { states as u64 * STATE_BYTES } else { 0 }
    }
}

/// Runs the exchanges of a pass on one column, in which both ends take what `merge` makes of their estimates.
fn exchange(meeting: &Meeting<'_>, column: StateColumn<'_>, merge: impl Fn(f64, f64) -> f64 + Sync) -> Tally {
    let StateColumn { state, tags, ref initial } = column;
    match tags {
        None => meeting.run(state, &Merge(merge)),
        Some(tags) => meeting.run(state, &Replay { tags, initial, merge }),
    }
}
