//! Batches of rows of `nodes`, put together and checked.

use std::ops::Range;

use crate::trace::{Meta, NodeRows};

/// No rows of a cycle.
pub(super) fn empty(cycle: u32, meta: &Meta) -> NodeRows {
    NodeRows { cycle, attributes: vec![Vec::new(); meta.attributes.len()], ..NodeRows::default() }
}

/// Removes all rows. Their memory is kept for those to come.
pub(super) fn clear(rows: &mut NodeRows) {
    rows.node_ids.clear();
    rows.alive.clear();
    rows.apps.clear();
    rows.rank_fractions.iter_mut().for_each(Vec::clear);
    rows.attributes.iter_mut().for_each(Vec::clear);
}

/// Puts some of the `rows` behind all those that are there.
///
/// # Panics
///
/// If there are rows with another number of gradients.
pub(super) fn append(all: &mut NodeRows, rows: &NodeRows, part: Range<usize>) {
    if all.rank_fractions.is_empty() {
        all.rank_fractions = vec![Vec::new(); rows.rank_fractions.len()];
    }
    assert_eq!(rows.rank_fractions.len(), all.rank_fractions.len(), "as many gradients in every batch");
    all.node_ids.extend_from_slice(&rows.node_ids[part.clone()]);
    all.alive.extend_from_slice(&rows.alive[part.clone()]);
    all.apps.extend_from_slice(&rows.apps[part.clone()]);
    for (all, ranks) in all.rank_fractions.iter_mut().zip(&rows.rank_fractions) {
        all.extend_from_slice(&ranks[part.clone()]);
    }
    for (all, values) in all.attributes.iter_mut().zip(&rows.attributes) {
        all.extend_from_slice(&values[part.clone()]);
    }
}

/// Asserts that the columns are of equal length, and as many as the fleet has.
pub(super) fn assert_shape(rows: &NodeRows, meta: &Meta) {
    let count = rows.node_ids.len();
    assert_eq!(rows.alive.len(), count, "as many nodes as ids");
    assert_eq!(rows.apps.len(), count, "as many applications as ids");
    assert!(!rows.rank_fractions.is_empty(), "a column of ranks is always there");
    assert!(rows.rank_fractions.iter().all(|ranks| ranks.len() == count), "as many ranks as ids");
    assert_eq!(rows.attributes.len(), meta.attributes.len(), "one column per attribute of the fleet");
    assert!(rows.attributes.iter().all(|values| values.len() == count), "as many attribute values as ids");
}
