//! With what a run of a sweep begins: its own checkpoint, the state of a common beginning, or a cloud that is born.

use std::path::Path;

use datasets::checkpoint::{Folder, Store};
use datasets::record::run_id;
use datasets::scenario::Scenario;
use datasets::trace::Writer;
use engine::{RESULTS_VERSION, Simulation, Storage};

use crate::checkpoint::Origin;
use crate::evaluate::{begin, meta};
use crate::failure::Failure;

/// A run of a sweep that begins.
pub struct Beginning<'a> {
    /// With what it begins.
    pub origin: Origin,
    /// Its trace, with all rows up to its cycle.
    pub trace: Writer,
    /// Its cloud.
    pub simulation: Simulation<'a>,
}

impl<'a> Beginning<'a> {
    /// That of a scenario with this hash that is run in a directory; `from` is the state of another run with which it
    /// begins, if it has no checkpoint of its own.
    pub fn of(scenario: &'a Scenario, hash: &str, (place, from): (&Path, Option<&Store>)) -> Result<Self, Failure> {
        let folder = Folder::of_run(place, &run_id(scenario, hash));
        let origin = Origin::of_point(folder.clone(), scenario)?;
        if origin.source().is_some() {
            if let Ok(resumed) = Self::with(origin, (scenario, hash), place) {
                return Ok(resumed);
            }
            // A damaged checkpoint is no loss but of time.
            folder.remove()?;
        }
        let origin = Origin::birth(folder);
        let Some(from) = from else { return Self::with(origin, (scenario, hash), place) };
        let state = from.folder().clone();
        let origin = origin.or_fork(open(state.clone())?);
        Self::with(origin, (scenario, hash), place).map_err(|failure| failure.helped(anew(&state)))
    }

    fn with(mut origin: Origin, (scenario, hash): (&'a Scenario, &str), place: &Path) -> Result<Self, Failure> {
        let mut trace = Writer::create(place, meta(scenario, hash), false)?;
        let simulation = begin(scenario, &Storage::Memory, &mut origin, &mut trace)?;
        Ok(Self { origin, trace, simulation })
    }
}

/// Opens the state of a common beginning.
pub fn open(folder: Folder) -> Result<Store, Failure> {
    let help = anew(&folder);
    Store::open_to_read(folder, RESULTS_VERSION).map_err(|error| Failure::from(error).helped(help))
}

/// What to do about a state that cannot be read.
fn anew(state: &Folder) -> String {
    format!("if the state is damaged, remove {}: it is made anew", state.path().display())
}
