//! How much memory a scenario needs, before anything runs.

use datasets::scenario::Scenario;

use crate::cloud::Cloud;
use crate::memory::{Field, Fields, Kind};
use crate::observer::Observer;
use crate::observer::graph::BYTES_PER_NODE;
use crate::plans::Needs;

/// What a scenario needs.
#[derive(Debug)]
pub struct Estimate {
    /// The columns.
    pub columns: Vec<Need>,
    /// Bytes per node of all columns, rounded up.
    pub bytes_per_node: u64,
    /// Bytes of all columns.
    pub column_bytes: u64,
    /// Bytes of the columns that last from one cycle to the next: those of a checkpoint.
    pub state_bytes: u64,
    /// Bytes of those that most cycles change: a checkpoint writes the others once, where they stay as they are.
    pub changing_bytes: u64,
    /// Bytes that building and running it needs at its height.
    pub peak_bytes: u64,
}

/// What a column needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its name.
    pub name: String,
    /// Bytes of a row.
    pub bytes_per_row: u64,
    /// Rows: one a node, but in tables of members.
    pub rows: u64,
    /// Bytes in all.
    pub bytes: u64,
}

/// What a scenario needs: at the height the columns, and while true ranks are sorted two buffers of eight bytes a node
/// (under churn they are kept until something else needs as much), while the overlay is measured [`BYTES_PER_NODE`],
/// while an event happens or a rule makes a version lists of the nodes that it hits and of what happens to them, and
/// where applications have something inside, lists of their members.
#[must_use]
pub fn estimate(scenario: &Scenario) -> Estimate {
    const SORT: u64 = 16;
    const EVENTS: u64 = 16;
    const POOLS: u64 = 8;
    const FIXED: u64 = 64 << 20;
    let (needs, nodes) = (Needs::of(scenario), u64::from(scenario.run.nodes));
    let (cloud, observer) = (Cloud::declare(&needs), Observer::declare(&needs));
    let fields: Vec<&Field> = cloud.fields().into_iter().chain(observer.fields()).collect();
    let bytes = |field: &Field| field.bytes_in(nodes as usize);
    let column = |field: &&Field| Need {
        name: field.name.clone(),
        bytes_per_row: field.bytes_per_row(),
        rows: field.rows(nodes as usize) as u64,
        bytes: bytes(field),
    };
    let columns: Vec<Need> = fields.iter().map(column).collect();
    let of = |kinds: &[Kind]| -> u64 {
        fields.iter().filter(|field| kinds.contains(&field.kind)).map(|field| bytes(field)).sum()
    };
    let (kept, slow) = (of(&[Kind::Kept]), of(&[Kind::Slow]));
    // Where nobody comes or goes, nothing makes true ranks or slow columns change but an event or a rule.
    let derived = of(&[Kind::Derived]);
    let churning = if scenario.fleet.churns() { derived } else { 0 };
    let column_bytes: u64 = columns.iter().map(|column| column.bytes).sum();
    let sort = if needs.has_suite { SORT } else { 0 };
    let overlay = if cloud.overlay.has_links() { BYTES_PER_NODE } else { 0 };
    // Lists of the members of each application, made side by side and put together.
    let pools = if cloud.applications.is_some() { POOLS } else { 0 };
    let events = if scenario.events.is_empty() && needs.rules.is_empty() { 0 } else { EVENTS };
    let blocks = nodes / 4096 * 160;
    Estimate {
        columns,
        bytes_per_node: column_bytes.div_ceil(nodes.max(1)),
        column_bytes,
        state_bytes: kept + slow + derived,
        changing_bytes: kept + churning,
        peak_bytes: column_bytes + nodes * (sort.max(overlay).max(events) + pools) + blocks + FIXED,
    }
}
