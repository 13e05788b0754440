//! Everything of a run that its report is made of.

use std::path::Path;

use datasets::record::{RunRecord, SizeRecord};
use datasets::trace::{
    AggregateRow, AppRow, AttributeRow, CycleRow, EpochRow, LookupRow, MemberRow, OverlayRow, OwnRow, RegistryRow,
    SliceRow, SuiteRow, TopologyRow, read,
};
use serde_json::Value;

use crate::settings::record;
use crate::{Error, Happening, Summary, happenings};

/// A run, read.
pub struct Source {
    pub run: read::Run,
    pub summary: Summary,
    /// What `run.json` says; nothing if there is none.
    pub record: RunRecord,
    /// What `size.json` says.
    pub size: Option<SizeRecord>,
    pub cycles: Vec<CycleRow>,
    pub slices: Vec<SliceRow>,
    pub apps: Vec<AppRow>,
    pub suites: Vec<SuiteRow>,
    pub aggregates: Vec<AggregateRow>,
    pub epochs: Vec<EpochRow>,
    /// Of the cloud.
    pub overlay: Vec<OverlayRow>,
    /// Of applications.
    pub members: Vec<MemberRow>,
    pub topologies: Vec<TopologyRow>,
    pub lookups: Vec<LookupRow>,
    /// What had become of the values that their members hold.
    pub registry: Vec<RegistryRow>,
    pub own: Vec<OwnRow>,
    pub attributes: Vec<AttributeRow>,
    pub happenings: Vec<Happening>,
}

impl Source {
    /// Reads a run.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let run = read::Run::open(folder)?;
        let summary = Summary::of(&run)?;
        Ok(Self {
            record: record(run.record())?.unwrap_or_default(),
            size: record(&folder.join("size.json"))?,
            cycles: run.cycles()?,
            slices: run.slices()?,
            apps: run.apps()?,
            suites: run.suites()?,
            aggregates: run.aggregates()?,
            epochs: run.epochs()?,
            overlay: run.overlay()?.into_iter().filter(|row| row.app.is_none()).collect(),
            members: run.members()?,
            topologies: run.topologies()?,
            lookups: run.lookups()?,
            registry: run.registry()?,
            own: run.own()?,
            attributes: run.attributes()?,
            happenings: happenings(&summary.events),
            summary,
            run,
        })
    }

    /// The scenario with every default spelt out.
    pub fn scenario(&self) -> &Value {
        &self.record.scenario_resolved
    }

    /// Seconds of a cycle; `None` if they are not known.
    pub fn cycle_seconds(&self) -> Option<f64> {
        self.scenario()["run"]["cycle_seconds"].as_f64()
    }

    /// The axis of cycles.
    pub fn time(&self) -> super::axis::Axis {
        let unit =
            self.cycle_seconds().map_or(String::new(), |seconds| format!(" (of {})", crate::number::duration(seconds)));
        super::axis::Axis::linear(format!("cycle{unit}"), super::axis::Format::Count)
    }

    /// The name of the scenario, or of the run.
    pub fn name(&self) -> &str {
        let name = &self.record.scenario_name;
        if name.is_empty() { &self.summary.run_id } else { name }
    }

    /// The applications of all versions in their order.
    pub fn app_names(&self) -> Vec<&str> {
        let first = self.apps.first().map(|row| row.cycle);
        self.apps.iter().take_while(|row| Some(row.cycle) == first).map(|row| row.app.as_str()).collect()
    }

    /// The rows of an application.
    pub fn of_app<'a>(&'a self, app: &'a str) -> impl Iterator<Item = &'a AppRow> + Clone {
        self.apps.iter().filter(move |row| row.app == app)
    }

    /// Nodes alive after a cycle, as observed then.
    pub fn alive(&self, cycle: u32) -> f64 {
        let row = self.cycles.binary_search_by_key(&cycle, |row| row.cycle);
        row.map_or(f64::NAN, |row| self.cycles[row].alive_count as f64)
    }
}
