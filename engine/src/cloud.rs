//! The cloud in memory: one mapped column per field, and nothing about a node anywhere else.

use datasets::scenario::{Availability, EventKind, Partners, Scenario, SlicingProtocol};
use kernels::slicing::Slot;
use rayon::prelude::*;

use crate::aggregate::epoch::Tag;
use crate::aggregate::group::{Group, Item, Scope};
use crate::churn::{Churn, NEVER};
use crate::column::{Column, Storage};
use crate::error::Error;
use crate::overlay;
use crate::plan::{Plans, rule_names};
use crate::schedule::MEMBER;

/// The state of every node.
#[derive(Debug)]
pub struct Cloud {
    /// Number of nodes, alive or not.
    pub nodes: usize,
    /// Attributes, in the order of the fleet.
    pub attributes: Vec<Column<f32>>,
    /// [`MEMBER`] for live nodes; missing in a cloud in which no node can die.
    pub alive: Option<Column<u8>>,
    /// The next moment of each node; missing if nodes do not come and go by themselves.
    pub life: Option<Life>,
    /// When each node was there; missing if nodes need not know.
    pub past: Option<Past>,
    /// One entry a gradient of the suite.
    pub gradients: Vec<Gradient>,
    /// Which application each node has chosen; missing without a suite.
    pub apps: Option<Column<u8>>,
    /// The version of the suite that each node holds, and whether it is an adversary ([`kernels::spread`]); missing while all hold the
    /// same for ever.
    pub versions: Option<Column<u8>>,
    /// The version by which each node decided last, or [`crate::assign::WAITING`]; missing as `versions` is.
    pub acting: Option<Column<u8>>,
    /// How each node stands to each rule of the suite, an entry a rule: see [`crate::monitor`].
    pub streaks: Vec<Column<u8>>,
    /// Which application a central sort would assign: the observer's; missing without a suite.
    pub truth: Option<Column<u8>>,
    /// Estimates under way, one entry for each that there is ([`Item::all`]).
    pub aggregates: Vec<Estimates>,
    /// Who takes part in them, one entry a group ([`Group::all`]).
    pub groups: Vec<Participation>,
    /// Room for lists of partners; missing while all partners are drawn on the spot.
    pub partners: Option<Column<u32>>,
    /// Room for a second list; missing unless nodes slice by ranking.
    pub targets: Option<Column<u32>>,
    /// The view of each node, a record of [`kernels::views::words`] words; missing with the oracle.
    pub views: Option<Column<u32>>,
}

/// When nodes come and go.
#[derive(Debug)]
pub struct Life {
    /// The cycle in which something may happen to the node.
    pub next: Column<u32>,
    /// The cycle in which its session, or the time between two, ends; the highest bit says which. Missing where that is `next`.
    pub session: Option<Column<u32>>,
    /// The cycle in which its place is given up, or taken; missing if places are not.
    pub turn: Option<Column<u32>>,
}

/// When nodes were there.
#[derive(Debug)]
pub struct Past {
    /// The cycle in which the node first came.
    pub first: Column<i32>,
    /// Cycles since then that it was down; while it is down, less the cycle in which it left.
    pub down: Column<i32>,
}

/// What nodes hold of one gradient.
#[derive(Debug)]
pub struct Gradient {
    /// Attribute and random id of each node.
    pub slots: Column<Slot>,
    /// Who takes part: [`MEMBER`], [`LEAVING`] or 0; missing where all live nodes do.
    pub members: Option<Column<u8>>,
    /// True ranks among those that should take part, `u32::MAX` for others: the observer's.
    pub ranks: Column<u32>,
    /// The tenth in which each node should be, and the one in which it believed itself at the last observation: four bits
    /// each, the observer's.
    pub tenths: Column<u8>,
    /// What each node remembers of others, a record of [`kernels::ranking::words`] words; missing unless they slice by ranking.
    pub memory: Option<Column<u32>>,
}

/// A node that has just ceased to take part in a gradient, and has yet to hand on its random id.
pub const LEAVING: u8 = 2;

/// What nodes hold of one aggregate: as many columns as the function needs means, none for a count.
#[derive(Debug)]
pub struct Estimates {
    /// The group that it belongs to.
    pub group: usize,
    /// The columns.
    pub states: Vec<Column<f64>>,
    /// The result of the last epoch that each node finished, not a number for those that have none; missing without epochs.
    pub held: Option<Column<f32>>,
}

/// Who takes part in the aggregates of a group, and the instances by which it counts.
#[derive(Debug)]
pub struct Participation {
    /// The number of the newest epoch, and the cycle in which it began.
    pub epoch: u32,
    /// The cycle in which it began.
    pub began: u32,
    /// Whether all who took part in it have finished it in the last cycle.
    pub has_ended: bool,
    /// In which epoch each node is ([`crate::aggregate::epoch`]); missing if all are in the same one at all times.
    pub tags: Option<Column<Tag>>,
    /// Cycles since each node began its epoch; missing while all clocks are the same.
    pub ages: Option<Column<u16>>,
    /// 1 for those who have finished an epoch in the last cycle; missing while all clocks are the same.
    pub fresh: Option<Column<u8>>,
    /// [`MEMBER`] for the nodes of the application or of the gradient; missing if all live nodes take part.
    pub members: Option<Column<u8>>,
    /// The instances of the count.
    pub instances: Vec<Column<f64>>,
}

/// Who has just finished an epoch of an aggregate, in the last cycle, and holds its result.
#[derive(Clone, Copy, Debug)]
pub enum Finished<'a> {
    /// Nobody.
    Nobody,
    /// All who took part.
    All,
    /// Those whose byte is not 0.
    Those(&'a [u8]),
}

/// A field of the cloud: its name, and its bytes per node.
type Field = (String, u64);

impl Cloud {
    /// The fields that a scenario needs, with their bytes per node.
    #[must_use]
    pub fn fields(scenario: &Scenario) -> Vec<Field> {
        let plans = Plans::new(scenario);
        let mut fields = Vec::new();
        let mut field = |name: String, bytes: usize| fields.push((name, bytes as u64));
        for name in &scenario.fleet.attributes {
            field(format!("attribute-{name}"), size_of::<f32>());
        }
        if can_die(scenario) {
            field("alive".into(), size_of::<u8>());
        }
        if comes_back(scenario) {
            field("life-next".into(), size_of::<u32>());
            for (name, _) in CLOCKS.iter().zip(Churn::clocks(scenario)).filter(|(_, there)| *there) {
                field(format!("life-{name}"), size_of::<u32>());
            }
        }
        if knows_past(scenario) {
            field("past-first".into(), size_of::<i32>());
            field("past-down".into(), size_of::<i32>());
        }
        for (gradient, plan) in plans.gradients.iter().enumerate() {
            field(format!("gradient-{gradient}-slots"), size_of::<Slot>());
            field(format!("gradient-{gradient}-ranks"), size_of::<u32>());
            field(format!("gradient-{gradient}-tenths"), size_of::<u8>());
            if !plan.is_whole {
                field(format!("gradient-{gradient}-members"), size_of::<u8>());
            }
            if let Some(words) = memory_words(scenario) {
                field(format!("gradient-{gradient}-memory"), words * size_of::<u32>());
            }
        }
        if has_suite(scenario) {
            field("apps".into(), size_of::<u8>());
            field("truth".into(), size_of::<u8>());
        }
        if spreads(scenario) {
            field("versions".into(), size_of::<u8>());
            field("acting".into(), size_of::<u8>());
        }
        for rule in 0..rule_names(scenario).len() {
            field(format!("rule-{rule}"), size_of::<u8>());
        }
        let items = Item::all(scenario);
        for (number, item) in items.iter().enumerate() {
            if item.states() > 0 {
                field(format!("aggregate-{number}"), item.states() * size_of::<f64>());
            }
            if item.is_held() {
                field(format!("aggregate-{number}-held"), size_of::<f32>());
            }
        }
        for (number, group) in Group::all(&items).iter().enumerate() {
            if group.keeps_tags(scenario) {
                field(format!("group-{number}-tags"), size_of::<Tag>());
            }
            if group.drifts() {
                field(format!("group-{number}-ages"), size_of::<u16>());
                field(format!("group-{number}-fresh"), size_of::<u8>());
            }
            if group.scope != Scope::Cloud {
                field(format!("group-{number}-members"), size_of::<u8>());
            }
            if group.instances() > 0 {
                field(format!("group-{number}-instances"), group.instances() * size_of::<f64>());
            }
        }
        if needs_lists(scenario, &plans) {
            field("partners".into(), size_of::<u32>());
        }
        if memory_words(scenario).is_some() {
            field("targets".into(), size_of::<u32>());
        }
        if let Some(words) = view_words(scenario) {
            field("views".into(), words * size_of::<u32>());
        }
        fields
    }

    /// Bytes per node of all fields of a scenario.
    #[must_use]
    pub fn bytes_per_node(scenario: &Scenario) -> u64 {
        Self::fields(scenario).iter().map(|(_, bytes)| bytes).sum()
    }

    /// Bytes that building and running a scenario needs at its height: the fields, and while true ranks are sorted two
    /// buffers of eight bytes a node, while the overlay is measured [`overlay::BYTES_PER_NODE`], while an event happens or a rule makes a
    /// version lists of the nodes that it hits and of what happens to them.
    #[must_use]
    pub fn peak_bytes(scenario: &Scenario) -> u64 {
        const SORT: u64 = 16;
        const EVENTS: u64 = 16;
        const FIXED: u64 = 64 << 20;
        let sort = if has_suite(scenario) { SORT } else { 0 };
        let overlay = if scenario.sampling.protocol.has_views() { overlay::BYTES_PER_NODE } else { 0 };
        let events = if scenario.events.is_empty() && rule_names(scenario).is_empty() { 0 } else { EVENTS };
        let blocks = u64::from(scenario.run.nodes) / 4096 * 160;
        u64::from(scenario.run.nodes) * (Self::bytes_per_node(scenario) + sort.max(overlay).max(events))
            + blocks
            + FIXED
    }

    /// Room for the nodes of a scenario, all zero and all alive.
    ///
    /// # Errors
    /// If a column finds no room.
    ///
    /// # Panics
    /// If the columns are not those that [`Cloud::fields`] counts: a bug.
    pub fn new(scenario: &Scenario, storage: &Storage) -> Result<Self, Error> {
        let plans = Plans::new(scenario);
        let items = Item::all(scenario);
        let groups = Group::all(&items);
        let mut room = Room { storage, nodes: scenario.run.nodes as usize, bytes: 0 };
        let (with_suite, spreads) = (has_suite(scenario), spreads(scenario));
        let cloud = Self {
            nodes: room.nodes,
            attributes: (scenario.fleet.attributes.iter())
                .map(|name| room.column(format!("attribute-{name}")))
                .collect::<Result<_, _>>()?,
            alive: can_die(scenario).then(|| room.mask("alive".into())).transpose()?,
            life: comes_back(scenario).then(|| room.life(Churn::clocks(scenario))).transpose()?,
            past: knows_past(scenario).then(|| room.past()).transpose()?,
            gradients: (plans.gradients.iter().enumerate())
                .map(|(gradient, plan)| {
                    let name = |field| format!("gradient-{gradient}-{field}");
                    Ok(Gradient {
                        slots: room.column(name("slots"))?,
                        ranks: room.column(name("ranks"))?,
                        tenths: room.column(name("tenths"))?,
                        members: (!plan.is_whole).then(|| room.column(name("members"))).transpose()?,
                        memory: memory_words(scenario).map(|words| room.records(name("memory"), words)).transpose()?,
                    })
                })
                .collect::<Result<_, Error>>()?,
            apps: with_suite.then(|| room.column("apps".into())).transpose()?,
            truth: with_suite.then(|| room.column("truth".into())).transpose()?,
            versions: spreads.then(|| room.column("versions".into())).transpose()?,
            acting: spreads.then(|| room.column("acting".into())).transpose()?,
            streaks: (0..rule_names(scenario).len())
                .map(|rule| room.column(format!("rule-{rule}")))
                .collect::<Result<_, _>>()?,
            aggregates: room.estimates(&items, &groups)?,
            groups: room.participations(scenario, &groups)?,
            partners: needs_lists(scenario, &plans).then(|| room.column("partners".into())).transpose()?,
            targets: memory_words(scenario).map(|_| room.column("targets".into())).transpose()?,
            views: view_words(scenario).map(|words| room.records("views".into(), words)).transpose()?,
        };
        assert_eq!(
            room.bytes,
            Self::bytes_per_node(scenario) * room.nodes as u64,
            "the columns are those that the estimate counts"
        );
        Ok(cloud)
    }

    /// Who is alive, as a mask; empty while no node can die.
    #[must_use]
    pub fn alive(&self) -> &[u8] {
        self.alive.as_deref().unwrap_or(&[])
    }

    /// Who has finished an epoch of an aggregate in the last cycle.
    #[must_use]
    pub fn finished(&self, aggregate: usize) -> Finished<'_> {
        match &self.groups[self.aggregates[aggregate].group] {
            Participation { fresh: Some(fresh), .. } => Finished::Those(fresh),
            Participation { has_ended: true, .. } => Finished::All,
            _ => Finished::Nobody,
        }
    }

    /// Number of live nodes.
    #[must_use]
    pub fn alive_count(&self) -> usize {
        self.alive.as_ref().map_or(self.nodes, |alive| alive.par_iter().filter(|&&a| a == MEMBER).count())
    }
}

/// Whether nodes can die in a scenario.
fn can_die(scenario: &Scenario) -> bool {
    !scenario.events.is_empty() || scenario.fleet.churns()
}

/// Whether there is ever a suite.
fn has_suite(scenario: &Scenario) -> bool {
    !scenario.suite.apps.is_empty() || !scenario.launches.is_empty()
}

/// Whether nodes can hold different versions of the suite, or none.
#[must_use]
pub fn spreads(scenario: &Scenario) -> bool {
    let changes = !scenario.launches.is_empty() || !rule_names(scenario).is_empty();
    has_suite(scenario) && (comes(scenario) || changes || scenario.adversaries.is_some())
}

/// Whether nodes come that were not there.
#[must_use]
pub fn comes(scenario: &Scenario) -> bool {
    comes_back(scenario) || scenario.events.iter().any(|event| matches!(event.kind, EventKind::Join(_)))
}

/// Whether nodes have a next moment: by themselves, or after an outage.
fn comes_back(scenario: &Scenario) -> bool {
    scenario.fleet.churns() || scenario.events.iter().any(|event| matches!(event.kind, EventKind::Outage(..)))
}

/// Whether nodes know their availability from their own past.
fn knows_past(scenario: &Scenario) -> bool {
    scenario.fleet.availabilities.iter().any(|(_, by)| *by == Availability::Past)
}

/// Clocks beside the next moment.
const CLOCKS: [&str; 2] = ["session", "turn"];

/// Whether some exchange runs from a list: aggregation if the scenario says so, and nodes that leave a gradient.
fn needs_lists(scenario: &Scenario, plans: &Plans) -> bool {
    let views = scenario.sampling.protocol.has_views() || memory_words(scenario).is_some();
    let listed = (views || scenario.sampling.partners == Partners::Listed) && !Item::all(scenario).is_empty();
    listed || views && !plans.gradients.is_empty() || plans.gradients.iter().any(|gradient| !gradient.is_whole)
}

/// Words of a node's memory in a gradient, if it keeps one.
fn memory_words(scenario: &Scenario) -> Option<usize> {
    let slicing = &scenario.slicing;
    let ranks = slicing.protocol == SlicingProtocol::Ranking && !Plans::new(scenario).gradients.is_empty();
    ranks.then(|| kernels::ranking::words(slicing.window as usize))
}

/// Words of a node's view, if it keeps one.
fn view_words(scenario: &Scenario) -> Option<usize> {
    let sampling = &scenario.sampling;
    sampling.protocol.has_views().then(|| kernels::views::words(sampling.view as usize))
}

/// Where columns are made, and how much they took.
struct Room<'a> {
    storage: &'a Storage,
    nodes: usize,
    bytes: u64,
}

impl Room<'_> {
    fn column<T: bytemuck::Pod>(&mut self, column: String) -> Result<Column<T>, Error> {
        self.records(column, 1)
    }

    fn records<T: bytemuck::Pod>(&mut self, column: String, cells: usize) -> Result<Column<T>, Error> {
        let bytes = (self.nodes * cells * size_of::<T>()) as u64;
        self.bytes += bytes;
        Column::new(self.storage, &column, self.nodes * cells).map_err(|source| Error::Column { column, bytes, source })
    }

    fn life(&mut self, clocks: [bool; 2]) -> Result<Life, Error> {
        let next = self.column("life-next".into())?;
        let [session, turn] = [0, 1].map(|k| clocks[k].then(|| self.column(format!("life-{}", CLOCKS[k]))).transpose());
        let mut life = Life { next, session: session?, turn: turn? };
        life.next.fill(NEVER);
        Ok(life)
    }

    fn estimates(&mut self, items: &[Item], groups: &[Group]) -> Result<Vec<Estimates>, Error> {
        let estimates = |(number, item): (usize, &Item)| {
            let name = |what: &dyn std::fmt::Display| format!("aggregate-{number}-{what}");
            let states = (0..item.states()).map(|state| self.column(name(&state))).collect::<Result<_, _>>()?;
            let mut held = item.is_held().then(|| self.column::<f32>(name(&"held"))).transpose()?;
            if let Some(held) = &mut held {
                held.fill(f32::NAN);
            }
            let group = groups.iter().position(|group| group.items.contains(&number)).unwrap_or_default();
            Ok(Estimates { group, states, held })
        };
        items.iter().enumerate().map(estimates).collect()
    }

    fn participations(&mut self, scenario: &Scenario, groups: &[Group]) -> Result<Vec<Participation>, Error> {
        let participation = |(number, group): (usize, &Group)| {
            let name = |what: &str| format!("group-{number}-{what}");
            let drifts = group.drifts();
            Ok(Participation {
                epoch: 0,
                began: 0,
                has_ended: false,
                tags: group.keeps_tags(scenario).then(|| self.column(name("tags"))).transpose()?,
                ages: drifts.then(|| self.column(name("ages"))).transpose()?,
                fresh: drifts.then(|| self.column(name("fresh"))).transpose()?,
                members: (group.scope != Scope::Cloud).then(|| self.column(name("members"))).transpose()?,
                instances: (0..group.instances())
                    .map(|instance| self.column(name(&format!("instance-{instance}"))))
                    .collect::<Result<_, _>>()?,
            })
        };
        groups.iter().enumerate().map(participation).collect()
    }

    fn past(&mut self) -> Result<Past, Error> {
        Ok(Past { first: self.column("past-first".into())?, down: self.column("past-down".into())? })
    }

    fn mask(&mut self, column: String) -> Result<Column<u8>, Error> {
        let mut mask = self.column(column)?;
        mask.fill(MEMBER);
        Ok(mask)
    }
}
