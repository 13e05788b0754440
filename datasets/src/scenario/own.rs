//! Protocols of one's own: a scenario names them, and whoever brings them says what their keys mean.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use serde::de::DeserializeOwned;

/// A protocol of one's own that runs in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnProtocol {
    /// Its name.
    pub name: String,
    /// The application among whose members it runs, by its index in [`Scenario::app_names`](super::Scenario);
    /// `None` for the whole cloud.
    pub app: Option<usize>,
    /// Inside an application: room for so many times the members for which that asks, at least 1.
    pub room: f64,
    /// What else stands beside it.
    pub keys: Keys,
}

/// What stands beside the name of a protocol of one's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys(pub(super) toml::Table);

impl Keys {
    /// Reads them as a type.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in words.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        T::deserialize(self.0.clone()).map_err(|error| error.to_string().trim_end().to_owned())
    }

    /// As TOML, a line for each.
    pub(super) fn lines(&self) -> Vec<String> {
        let value = |(key, value): (&String, &toml::Value)| format!("{} = {value}", toml::Value::from(key.as_str()));
        self.0.iter().map(value).collect()
    }
}

/// Says whether the keys of a protocol mean anything, and what is wrong with them if not.
pub type Reader = fn(&Keys) -> Result<(), String>;

static KNOWN: RwLock<BTreeMap<String, Reader>> = RwLock::new(BTreeMap::new());

/// From now on scenarios may name a protocol, whose keys `reader` reads.
pub fn know_protocol(name: &str, reader: Reader) {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), reader);
}

/// The reader of a protocol's keys, or the names of those that there are.
pub(super) fn reader(name: &str) -> Result<Reader, Vec<String>> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.get(name).copied().ok_or_else(|| known.keys().cloned().collect())
}
