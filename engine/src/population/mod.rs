//! Who is there: the nodes with their attributes, which of them are alive, when they come and go, and what they
//! remember of it.
//!
//! - [`members`]: who takes part in something;
//! - [`attributes`]: what nodes are born with; [`exact`]: which row of an inventory each node is;
//! - [`clouds`]: to which cloud each place belongs, where they are several; [`parting`]: how they part and become one;
//! - [`life`], [`churn`]: whether nodes are there, and how they come and go by themselves;
//! - [`event`], [`select`]: what happens to the cloud in a cycle that the scenario names, and to which nodes;
//! - [`past`]: availability, as each node finds it out itself.
//!
//! Whatever happens to a node is a [`life::Change`]. What it loses when it leaves and gets when it comes is the
//! business of each wing, which touches its own columns of these nodes alone, in the order of their indices. Of the
//! population, a new node at the place of another gets attributes of its own.

mod attributes;
mod churn;
pub mod clouds;
mod event;
mod exact;
pub mod life;
mod members;
mod parting;
pub(crate) mod past;
pub(crate) mod select;

use datasets::fleet::Files;
use datasets::record::FleetRecord;
use datasets::scenario::{Availability, Doubt, Function, Scenario};

use crate::error::Error;
use crate::memory::{Column, Kind, MEMBER, Mask, fields, strides};
use crate::plans::Needs;
use crate::schedule::Cycle;
use crate::schedule::purpose::{ABOVE, PARTS, for_life};
use attributes::Attributes;
use churn::Churn;
use clouds::Clouds;
use life::{Life, UP};
use past::{Past, UNSEEN, share_up};

pub(crate) use clouds::Borders;
pub(crate) use life::{Change, Changes};
pub(crate) use members::{Cuts, Members};

/// What nodes are drawn from, and by what they come and go: read from the scenario and its files, the same throughout a
/// run.
#[derive(Debug)]
pub struct Fleet {
    /// Where the values of attributes come from.
    pub attributes: Attributes,
    /// How nodes come and go by themselves.
    pub churn: Churn,
    /// What was read of its files; `None` if there are none.
    pub record: Option<FleetRecord>,
    /// What is hardly meant about its files.
    pub doubts: Vec<Doubt>,
}

impl Fleet {
    /// The fleet of a scenario.
    ///
    /// # Errors
    /// If its inventory or its trace of sessions cannot be read.
    pub fn read(scenario: &Scenario) -> Result<Self, Error> {
        let Files { table, presence, record, doubts } = scenario.read_files()?;
        Ok(Self { attributes: Attributes::new(scenario, table), churn: Churn::new(scenario, presence), record, doubts })
    }
}

/// Who is there.
#[derive(Debug)]
pub struct Population {
    /// Nodes of the cloud, alive or not.
    pub nodes: usize,
    /// Attributes, in the order of the fleet.
    pub attributes: Vec<Column<f32>>,
    /// The state of each place ([`life`]): [`MEMBER`] for live nodes; missing in a cloud in which no node can die.
    pub alive: Option<Column<u8>>,
    /// The next moment of each node; missing if nodes do not come and go by themselves.
    pub life: Option<Life>,
    /// When each node was there; missing if nodes need not know.
    pub past: Option<Past>,
    /// To which cloud each place belongs; missing where all are one for ever.
    pub clouds: Option<Clouds>,
    /// Blocks of live nodes: derived.
    cuts: Cuts,
}

/// Values of an attribute that joining nodes get: above all that there are.
#[derive(Clone, Copy, Debug)]
pub struct Above {
    /// The attribute.
    pub attribute: usize,
    /// The largest value that there is.
    pub base: f32,
    /// Values lie within so much above it.
    pub width: f32,
}

impl Population {
    /// The columns that a scenario needs.
    pub fn declare(needs: &Needs<'_>) -> Self {
        let attribute = |name| Column::new(Kind::Slow, format!("attribute-{name}"));
        Self {
            nodes: needs.scenario.run.nodes as usize,
            attributes: needs.scenario.fleet.attributes.iter().map(attribute).collect(),
            alive: needs.dies.then(|| Column::new(Kind::Slow, "alive").filled(MEMBER)),
            life: needs.returns.then(|| Life::declare(Churn::clocks(needs.scenario))),
            past: needs.remembers.then(Past::declare),
            clouds: (!needs.scenario.clouds.is_empty()).then(Clouds::declare),
            cuts: Cuts::default(),
        }
    }

    /// Which nodes are alive.
    pub fn alive(&self) -> Mask<'_> {
        Mask::from(self.alive.as_ref())
    }

    /// Who belongs to the same cloud; `None` where all do.
    pub fn borders(&self) -> Option<Borders<'_>> {
        self.clouds.as_ref().map(Clouds::borders)
    }

    /// The live nodes.
    pub fn live(&self) -> Members<'_> {
        Members::new(self.nodes, self.alive()).kept(&self.cuts)
    }

    /// The values of all attributes.
    pub fn values(&self) -> Vec<&[f32]> {
        self.attributes.iter().map(|values| &**values).collect()
    }

    /// Nodes are born: who is up, what they remember, what attributes they have. Writes every column.
    ///
    /// # Errors
    /// If an inventory holds values that an aggregate cannot take.
    pub fn birth(&mut self, scenario: &Scenario, fleet: &Fleet) -> Result<(), Error> {
        if let (Some(alive), Some(life)) = (&mut self.alive, &mut self.life) {
            fleet.churn.start(alive, life);
        }
        self.remember(&fleet.churn);
        let rows = |node| fleet.churn.row(node).unwrap_or_default();
        let rows = fleet.churn.row(0).map(|_| &rows as &(dyn Fn(u32) -> u32 + Sync));
        for attribute in 0..self.attributes.len() {
            match scenario.fleet.availability(attribute) {
                None => fleet.attributes.fill(&mut self.attributes[attribute], attribute, rows),
                Some(by) => self.availability(attribute, by, &fleet.churn, scenario.run.cycle_seconds),
            }
        }
        self.part(scenario, |cloud| for_life(scenario.run.seed, PARTS + cloud));
        for aggregate in &scenario.aggregates {
            let (Function::GeometricMean, Some(attribute)) = (aggregate.function, aggregate.attribute) else {
                continue;
            };
            let mut values = self.attributes[attribute].iter().enumerate();
            if let Some((node, &value)) = values.find(|(_, value)| **value <= 0.0) {
                return Err(Error::NotPositive {
                    aggregate: aggregate.name.clone(),
                    attribute: scenario.fleet.attributes[attribute].clone(),
                    node,
                    value,
                });
            }
        }
        Ok(())
    }

    /// What nodes remember at the start.
    fn remember(&mut self, churn: &Churn) {
        let alive = self.alive.as_deref();
        let Some(Past { first, down }) = &mut self.past else { return };
        let columns = ((&mut **first, &mut **down), alive);
        strides(columns, |start, ((first, down), alive)| {
            for (k, (first, down)) in first.iter_mut().zip(down).enumerate() {
                let past = churn.past((start + k) as u32, alive.map_or(UP, |alive| alive[k]));
                (*first, *down) = past.map_or((UNSEEN, 0), |(since, down)| (-(since as i32), down as i32));
            }
        });
    }

    /// The availability of every node.
    fn availability(&mut self, attribute: usize, by: Availability, churn: &Churn, cycle_seconds: f64) {
        let past = self.past.as_ref().filter(|_| by == Availability::Past);
        let past = past.map(|Past { first, down }| (&**first, &**down));
        strides((&mut *self.attributes[attribute], past), |start, (values, past)| {
            for (k, value) in values.iter_mut().enumerate() {
                *value = match past.map(|(first, down): (&[i32], &[i32])| (first[k], down[k])) {
                    Some((UNSEEN, _)) => 0.0,
                    Some((first, down)) => share_up(first, down, 0, cycle_seconds),
                    None => churn.availability((start + k) as u32) as f32,
                };
            }
        });
    }

    /// Nodes come and go by themselves. Reads four bytes a node.
    pub fn turn(&mut self, fleet: &Fleet, cycle: u32) -> Changes {
        match (&mut self.alive, &mut self.life) {
            (Some(alive), Some(life)) => fleet.churn.turn(alive, life, cycle),
            _ => Changes::default(),
        }
    }

    /// Nodes have come and gone: new ones get attributes of their own, and those who know their availability from their
    /// past note it. `above` are values of an attribute that new nodes get.
    pub fn settle(
        &mut self,
        scenario: &Scenario,
        fleet: &Fleet,
        cycle: Cycle,
        changes: &Changes,
        above: Option<Above>,
    ) {
        self.cuts = Cuts::default();
        let words = cycle.stream(ABOVE);
        for (attribute, column) in self.attributes.iter_mut().enumerate() {
            let above = above.filter(|above| above.attribute == attribute);
            strides(&mut **column, |first, values| {
                for (change, k) in changes.within(first).filter(|(change, _)| change.is_new) {
                    let share = || (words.word(change.node, 0) as f32 + 1.0) * 0.5_f32.powi(32);
                    let lifted = above.map(|above| above.base + above.width * share());
                    let value = lifted.or_else(|| fleet.attributes.renew(attribute, change.node, cycle.number));
                    values[k] = value.unwrap_or(values[k]);
                }
            });
        }
        let Some(past) = &mut self.past else { return };
        past.note(changes, cycle.number);
        let Past { first, down } = past;
        for attribute in past::attributes(scenario) {
            let columns = (&mut *self.attributes[attribute], (&**first, &**down));
            strides(columns, |start, (values, (first, down))| {
                for (_, k) in changes.arrivals(start) {
                    values[k] = share_up(first[k], down[k], cycle.number as i32, scenario.run.cycle_seconds);
                }
            });
        }
    }

    /// All live nodes that know their availability from their past look at it again, if an hour has gone by. Says
    /// whether they have. Reads thirteen bytes a node and writes four.
    pub fn look_back(&mut self, scenario: &Scenario, cycle: u32) -> bool {
        let cycle_seconds = scenario.run.cycle_seconds;
        let is_due = cycle.is_multiple_of(past::cycles_between_looks(cycle_seconds));
        let Some(Past { first, down }) = self.past.as_ref().filter(|_| is_due) else { return false };
        for attribute in past::attributes(scenario) {
            let columns = (&mut *self.attributes[attribute], (Mask::from(self.alive.as_ref()), (&**first, &**down)));
            strides(columns, |_, (values, (alive, (first, down)))| {
                for (k, value) in values.iter_mut().enumerate().filter(|(k, _)| alive.holds(*k)) {
                    *value = share_up(first[k], down[k], cycle as i32, cycle_seconds);
                }
            });
        }
        true
    }
}

fields!(Population { attributes, alive, life, past, clouds } but nodes, cuts);
