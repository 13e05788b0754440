//! Columns back into the rows of versions, and of the constraints that were broken.

use super::columns::Columns;
use crate::trace::{BreachRow, Error, SuiteRow};

pub(super) fn suites(columns: &Columns<'_>) -> Result<Vec<SuiteRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let version = columns.counts64("version")?;
    let holders = columns.measures("holders_fraction")?;
    let acting = columns.measures("acting_fraction")?;
    let malformed = columns.counts64("rejected_malformed_count")?;
    let forged = columns.counts64("rejected_forged_count")?;
    let expired = columns.counts64("rejected_expired_count")?;
    let replayed = columns.counts64("rejected_replayed_count")?;
    let out_of_scope = columns.counts64("rejected_out_of_scope_count")?;
    let payload = columns.counts64("payload_bytes")?;
    let row = |k: usize| SuiteRow {
        cycle: cycle[k],
        version: version[k],
        holders_fraction: holders[k],
        acting_fraction: acting[k],
        rejected_malformed_count: malformed[k],
        rejected_forged_count: forged[k],
        rejected_expired_count: expired[k],
        rejected_replayed_count: replayed[k],
        rejected_out_of_scope_count: out_of_scope[k],
        payload_bytes: payload[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn breaches(columns: &Columns<'_>) -> Result<Vec<BreachRow>, Error> {
    let app = columns.names("app")?;
    let constraint = columns.names("constraint")?;
    let limit = columns.measures("limit")?;
    let first = columns.counts32("first_cycle")?;
    let last = columns.counts32("last_cycle")?;
    let cycles = columns.counts32("cycles_count")?;
    let worst_cycle = columns.counts32("worst_cycle")?;
    let worst = columns.optional_measures("worst_value")?;
    let has_ended = columns.flags("has_ended")?;
    let row = |k: usize| BreachRow {
        app: app.value(k).to_owned(),
        constraint: constraint.value(k).to_owned(),
        limit: limit[k],
        first_cycle: first[k],
        last_cycle: last[k],
        cycles_count: cycles[k],
        worst_cycle: worst_cycle[k],
        worst_value: worst[k],
        has_ended: has_ended.value(k),
    };
    Ok((0..columns.len()).map(row).collect())
}
