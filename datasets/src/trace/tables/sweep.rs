//! The tables that a sweep adds to the runs of its points.

use crate::trace::columns::Columns;
use crate::trace::{ParamRow, RunRow};

pub(in crate::trace) fn runs(rows: &[RunRow]) -> Columns {
    Columns::default()
        .count32(
            "point",
            "Number of the point in the sweep, from 0: a setting and a replicate of it.",
            rows.iter().map(|row| row.point),
        )
        .count32(
            "setting",
            "Number of the setting, from 0: points of one setting differ in their seed alone.",
            rows.iter().map(|row| row.setting),
        )
        .count32(
            "replicate",
            "Number of the replicate, from 0; those of the same number have the same seed in every setting.",
            rows.iter().map(|row| row.replicate),
        )
        .count64("nodes_count", "Nodes before the first cycle.", rows.iter().map(|row| row.nodes_count))
        .count32("cycles_count", "Cycles of the run.", rows.iter().map(|row| row.cycles_count))
        .name("scenario_name", "Name of the scenario.", rows.iter().map(|row| row.scenario_name.as_str()))
        .name("scenario_hash", "Hash of the scenario as run.", rows.iter().map(|row| row.scenario_hash.as_str()))
        .name(
            "state_digest",
            "Digest of the state after the last cycle.",
            rows.iter().map(|row| row.state_digest.as_str()),
        )
}

pub(in crate::trace) fn params(rows: &[ParamRow]) -> Columns {
    Columns::default()
        .count32("point", "Number of the point in the sweep, from 0.", rows.iter().map(|row| row.point))
        .count32("setting", "Number of the setting, from 0.", rows.iter().map(|row| row.setting))
        .name("key", "Key of the scenario, as `--set` spells it.", rows.iter().map(|row| row.key.as_str()))
        .name("value", "Its value: a text as it is, anything else in TOML.", rows.iter().map(|row| row.value.as_str()))
        .measure(
            "number",
            "The value, if it is a number; null otherwise.",
            rows.iter().map(|row| row.number.unwrap_or(f64::NAN)),
        )
}
