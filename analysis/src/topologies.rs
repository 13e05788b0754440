//! What became of topologies, of requests that went through them, and what protocols of one's own measured.

use datasets::trace::{LookupRow, OwnRow, RegistryRow, TopologyRow};

/// Shares of what a topology is to have, of which it is told when they are held.
pub const LINKS: [f64; 4] = [0.5, 0.99, 0.999, 1.0];

/// Cycles in which values are lost early. Most topologies are built in so many.
pub const EARLY: u32 = 20;

/// Requests are well as long as so many succeed.
pub const WELL: f64 = 0.99;

/// What became of a topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    /// The application whose members build it; `None` for that of the whole cloud.
    pub app: Option<String>,
    /// What it is.
    pub topology: String,
    /// Its members, fingers, dead entries and messages when the run ended.
    pub last: TopologyRow,
    /// Its links first, then what else it has.
    pub parts: Vec<Part>,
    /// What became of the requests that went through it; `None` if there were none.
    pub lookups: Option<Lookups>,
    /// What became of the values that its members hold; `None` if they hold none.
    pub registry: Option<Registry>,
}

/// What members of a topology are to have.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is, in the plural.
    pub name: &'static str,
    /// Cycles from the first members on until each share in [`LINKS`] of it was held.
    pub reached: [Option<u32>; LINKS.len()],
    /// The share of it that was missing after the last cycle; not a number without members.
    pub missing: f64,
}

/// The share of something that is missing.
pub(crate) type Missing = fn(&TopologyRow) -> f64;

/// What there may be of a topology, and which share of it is missing.
pub(crate) const PARTS: [(&str, Missing); 3] = [
    ("links", |row| row.missing_fraction),
    ("leaves", |row| row.leaf_missing_fraction),
    ("tables", |row| row.table_missing_fraction),
];

/// What became of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookups {
    /// After the last cycle.
    pub last: LookupRow,
    /// Cycles from the first members on until [`WELL`] of them succeeded; `None` if they never did.
    pub well_after: Option<u32>,
    /// Observed cycles after that in which fewer did.
    pub below_count: u32,
}

/// What became of values that members of a topology hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Registry {
    /// After the last cycle.
    pub last: RegistryRow,
    /// The share of the values that nobody held [`EARLY`] cycles after they were put; 0 before they are.
    pub lost_early: f64,
}

impl Registry {
    /// Whether most of what was lost was lost early: before the topology was built, as a rule.
    #[must_use]
    pub fn is_lost_early(&self) -> bool {
        let lost = 1.0 - self.last.held_fraction;
        lost >= 0.01 && self.lost_early >= lost / 2.0
    }
}

/// What a protocol of one's own measured last.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// The row of the last cycle.
    pub last: OwnRow,
    /// The least and the largest value of the run; not numbers if there was none.
    pub range: [f64; 2],
}

/// What became of each topology, in the order of the trace.
pub(crate) fn topologies(rows: &[TopologyRow], lookups: &[LookupRow], registry: &[RegistryRow]) -> Vec<Topology> {
    let first = rows.first().map(|row| row.cycle);
    let each = rows.iter().take_while(|row| Some(row.cycle) == first);
    each.filter_map(|one| {
        let is_it = |row: &&TopologyRow| row.app == one.app && row.topology == one.topology;
        let rows: Vec<&TopologyRow> = rows.iter().filter(is_it).collect();
        let begins = rows.iter().find(|row| row.members_count > 0).map_or(0, |row| row.cycle);
        let last = (*rows.last()?).clone();
        // Everything has links; the others are told of where there are any.
        let there = |(_, missing): &(&str, Missing)| rows.iter().any(|row| missing(row).is_finite());
        let parts = PARTS.into_iter().enumerate().filter(|(number, part)| *number == 0 || there(part));
        let part = |(_, (name, missing)): (usize, (&'static str, Missing))| {
            let holds = |share: f64| rows.iter().find(|row| 1.0 - missing(row) >= share).map(|row| row.cycle - begins);
            Part { name, reached: LINKS.map(holds), missing: missing(&last) }
        };
        let parts = parts.map(part).collect();
        let lookups: Vec<&LookupRow> = lookups.iter().filter(|row| row.app == one.app).collect();
        Some(Topology {
            app: one.app.clone(),
            topology: one.topology.clone(),
            parts,
            last,
            lookups: of_requests(&lookups, begins),
            registry: of_values(registry.iter().filter(|row| row.app == one.app)),
        })
    })
    .collect()
}

fn of_requests(rows: &[&LookupRow], begins: u32) -> Option<Lookups> {
    let last = (*rows.last()?).clone();
    let well = rows.iter().position(|row| row.cycle >= begins && row.success_fraction >= WELL);
    let below = well.map_or(0, |first| rows[first..].iter().filter(|row| row.success_fraction < WELL).count());
    Some(Lookups { last, well_after: well.map(|first| rows[first].cycle - begins), below_count: below as u32 })
}

fn of_values<'a>(rows: impl Iterator<Item = &'a RegistryRow> + Clone) -> Option<Registry> {
    let last = rows.clone().last()?.clone();
    let mut held = rows.filter(|row| row.held_fraction.is_finite()).peekable();
    let begins = held.peek().map_or(0, |row| row.cycle);
    let early = held.take_while(|row| row.cycle <= begins.saturating_add(EARLY)).last();
    Some(Registry { last, lost_early: early.map_or(0.0, |row| 1.0 - row.held_fraction) })
}

/// What protocols of one's own measured, in the order of the trace.
pub(crate) fn own(rows: &[OwnRow]) -> Vec<Own> {
    let last = rows.last().map(|row| row.cycle);
    let each = rows.iter().filter(|row| Some(row.cycle) == last);
    let of = |last: &OwnRow| {
        let is_it = |row: &&OwnRow| {
            row.protocol == last.protocol && row.app == last.app && row.measure == last.measure && row.value.is_finite()
        };
        let values = rows.iter().filter(is_it).map(|row| row.value);
        let range = [values.clone().fold(f64::NAN, f64::min), values.fold(f64::NAN, f64::max)];
        Own { last: last.clone(), range }
    };
    each.map(of).collect()
}
