//! The tables that a sweep adds to the runs of its points.

use super::rows;

rows! {
    /// One row, which says which point of a sweep the run is. A run of its own has no such table.
    RunRow {
        /// Number of the point in the sweep, from 0: a setting and a replicate of it.
        point: u32,
        /// Number of the setting, from 0: points of one setting differ in their seed alone.
        setting: u32,
        /// Number of the replicate, from 0; those of the same number have the same seed in every setting.
        replicate: u32,
        /// Nodes of the scenario, whether they live or not.
        nodes_count: u64,
        /// Cycles of the run.
        cycles_count: u32,
        /// Name of the scenario.
        scenario_name: String,
        /// Hash of the scenario as run.
        scenario_hash: String,
        /// Digest of the state after the last cycle.
        state_digest: String,
    }

    /// A row per key that a sweep sets at the point. A run of its own has no such table.
    ParamRow {
        /// Number of the point in the sweep, from 0.
        point: u32,
        /// Number of the setting, from 0.
        setting: u32,
        /// Key of the scenario, as `--set` spells it.
        key: String,
        /// Its value: a text as it is, anything else in TOML.
        value: String,
        /// The value, if it is a number; null otherwise.
        number: Option<f64>,
    }
}
