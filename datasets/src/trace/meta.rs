//! Whose trace it is: the key-value metadata of every file.

use std::collections::BTreeSet;

use parquet::file::metadata::KeyValue;

use super::Error;

/// Version of the tables' columns, in the metadata of every file. It changes when a column changes its name or meaning.
pub const SCHEMA_VERSION: &str = "9";

/// What the names of columns of `nodes` with estimates begin with.
pub(super) const ESTIMATE: &str = "estimate_";

pub(super) const KEY_SCHEMA_VERSION: &str = "subcloud.schema_version";
pub(super) const KEY_RUN_ID: &str = "subcloud.run_id";
pub(super) const KEY_SEED: &str = "subcloud.seed";
pub(super) const KEY_SCENARIO_HASH: &str = "subcloud.scenario_hash";
pub(super) const KEY_ENGINE_VERSION: &str = "subcloud.engine_version";
pub(super) const KEY_ATTRIBUTES: &str = "subcloud.attributes";
pub(super) const KEY_APPS: &str = "subcloud.apps";

/// The one key of tables that belong to no run.
pub(super) fn schema_version() -> KeyValue {
    KeyValue::new(KEY_SCHEMA_VERSION.to_owned(), SCHEMA_VERSION.to_owned())
}

/// Whose trace it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Name of the run: starts with a letter, then letters, digits, `_`, `-` and `.`; at most 100 characters.
    pub run_id: String,
    /// Seed of the run, below 2^63.
    pub seed: u64,
    /// Hash of the scenario as run.
    pub scenario_hash: String,
    /// Version of the engine that ran it.
    pub engine_version: String,
    /// Names of the fleet's attributes: the order of `mean_attributes` and of the columns of `nodes`.
    pub attributes: Vec<String>,
    /// Names of the applications in the order of the suite, to which `NodeRows::apps` refers.
    pub apps: Vec<String>,
}

impl Meta {
    /// Checks that names can stand in a path, and in the table `nodes`, which has these columns for any fleet.
    pub(super) fn check(&self, taken: BTreeSet<String>) -> Result<(), Error> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let starts_with_letter = self.run_id.starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts_with_letter || !self.run_id.chars().all(is_plain) || self.run_id.len() > 100 {
            return Err(Error::Name {
                what: "the run id",
                found: self.run_id.clone(),
                expected: "a letter, then at most 99 letters, digits, `_`, `-` and `.`",
            });
        }
        if self.seed >> 63 != 0 {
            return Err(Error::Name {
                what: "the seed",
                found: self.seed.to_string(),
                expected: "a number below 2^63, which every reader can hold",
            });
        }
        self.check_attributes(taken)
    }

    /// An attribute becomes a column of `nodes`, beside the columns that are always there.
    fn check_attributes(&self, mut taken: BTreeSet<String>) -> Result<(), Error> {
        taken.extend(["run".to_owned(), "seed".to_owned()]);
        for attribute in &self.attributes {
            // DuckDB's column names do not distinguish upper and lower case.
            let name = attribute.to_lowercase();
            if name.is_empty()
                || ["rank_fraction", ESTIMATE].iter().any(|start| name.starts_with(start))
                || !taken.insert(name)
            {
                return Err(Error::Name {
                    what: "the attribute",
                    found: attribute.clone(),
                    expected: "a name that differs, also in lower case, from other attributes and from run, seed, \
                        cycle, node_id, alive, app, member_of, phase and whatever begins with rank_fraction or \
                        estimate_",
                });
            }
        }
        Ok(())
    }

    /// The key-value metadata, in a fixed order.
    pub(super) fn key_values(&self) -> Vec<KeyValue> {
        let list = |names: &[String]| serde_json::Value::from(names).to_string();
        [
            (KEY_SCHEMA_VERSION, SCHEMA_VERSION.to_owned()),
            (KEY_RUN_ID, self.run_id.clone()),
            (KEY_SEED, self.seed.to_string()),
            (KEY_SCENARIO_HASH, self.scenario_hash.clone()),
            (KEY_ENGINE_VERSION, self.engine_version.clone()),
            (KEY_ATTRIBUTES, list(&self.attributes)),
            (KEY_APPS, list(&self.apps)),
        ]
        .map(|(key, value)| KeyValue::new(key.to_owned(), value))
        .to_vec()
    }
}
