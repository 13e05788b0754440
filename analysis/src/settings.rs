//! What `run.json` says about the run, as far as the theory needs it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use datasets::record::{FleetRecord, RunRecord};
use serde::de::DeserializeOwned;

use crate::Error;

/// Who exchanged with whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pairing {
    /// Each live node started one exchange a cycle, one after the other.
    #[default]
    Ordered,
    /// Two random perfect matchings a cycle.
    Matching,
}

/// The settings of a run that decide what its estimates should do.
///
/// A key that `run.json` does not have takes the scenario's default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The peer sampling protocol, as the scenario names it.
    pub sampling: Option<String>,
    /// The graph along which nodes met, as the scenario names it, if they met along one that stays as it is.
    pub graph: Option<String>,
    /// What nodes were told that they should find out by gossip.
    pub told: Vec<String>,
    /// What was read of the fleet's files; `None` if there were none.
    pub fleet: Option<FleetRecord>,
    /// Who exchanged with whom.
    pub pairing: Pairing,
    /// Probability that a request was lost, 0..=1.
    pub request_loss: f64,
    /// Probability that a reply was lost, 0..=1.
    pub reply_loss: f64,
}

impl Settings {
    /// Reads the `run.json` of a run; a run without one has the default settings.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is not JSON.
    pub fn read(record: &Path) -> Result<Settings, Error> {
        Ok(Settings::of(self::record(record)?.unwrap_or_default()))
    }

    fn of(record: RunRecord) -> Settings {
        let scenario = &record.scenario_resolved;
        let pairing = match scenario["sampling"]["pairing"].as_str() {
            Some("matching") => Pairing::Matching,
            _ => Pairing::Ordered,
        };
        let loss = |key: &str| scenario["network"][key].as_f64().unwrap_or(0.0);
        Settings {
            sampling: scenario["sampling"]["protocol"].as_str().map(str::to_owned),
            graph: scenario["sampling"]["graph"].as_str().map(str::to_owned),
            pairing,
            request_loss: loss("request_loss"),
            reply_loss: loss("reply_loss"),
            told: record.told_by_the_observer,
            fleet: record.fleet,
        }
    }
}

/// The record of a run, of a sweep or of a search for a size; `None` if there is no such file, or its JSON is no such
/// record.
pub(crate) fn record<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    match serde_json::from_str(&text) {
        Err(error) if error.is_data() => Ok(None),
        read => read.map(Some).map_err(|source| Error::Json { path: path.to_owned(), source }),
    }
}
