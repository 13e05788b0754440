//! What a sweep shows: each setting by its replicates, and what each key changes.

mod effects;
mod tables;

use std::path::{Path, PathBuf};

use datasets::record::SweepRecord;
use datasets::trace::read::{self, Sweep};
use datasets::trace::{ParamRow, RunRow};

use crate::metrics::{Metric, Name, metrics};
use crate::{Dispersion, Error, settings};

pub use effects::Effect;

/// What the finished points of a sweep show. Its `Display` is a plain text of at most 80 columns.
#[derive(Clone, Debug)]
pub struct Study {
    /// The directory.
    pub folder: PathBuf,
    /// Name of the sweep.
    pub name: String,
    /// Replicates that each setting is to have.
    pub replicates: u32,
    /// The settings, in their order.
    pub settings: Vec<Setting>,
    /// What each key changes, where keys were changed one at a time: for each metric the key of the largest swing
    /// first.
    pub effects: Vec<Effect>,
}

/// A setting and its replicates.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its number.
    pub setting: u32,
    /// What the sweep sets.
    pub params: Vec<ParamRow>,
    /// Its finished points.
    pub points: Vec<Point>,
    /// The metrics, in a fixed order.
    pub spreads: Vec<(Name, Option<Dispersion>)>,
}

/// A finished point.
#[derive(Clone, Debug)]
pub struct Point {
    /// Which point it is.
    pub row: RunRow,
    /// Its seed.
    pub seed: u64,
    /// Its metrics.
    pub metrics: Vec<Metric>,
}

impl Study {
    /// Reads the finished points of the sweep in `folder`.
    ///
    /// # Errors
    ///
    /// If `folder` holds no sweep, or damaged files.
    pub fn read(folder: &Path) -> Result<Study, Error> {
        let record: SweepRecord = settings::record(&folder.join("sweep.json"))?.unwrap_or_default();
        let sweep = Sweep::open(folder)?;
        let all = sweep.settings().map(Setting::read).collect::<Result<Vec<_>, Error>>()?;
        let effects = if record.is_one_at_a_time { effects::effects(&all) } else { Vec::new() };
        let replicates = record.replicates.max(1);
        Ok(Study { folder: folder.to_owned(), name: record.sweep, replicates, settings: all, effects })
    }
}

impl Setting {
    fn read(points: &[read::Point]) -> Result<Setting, Error> {
        let (setting, params) =
            points.first().map_or((0, Vec::new()), |point| (point.row.setting, point.params.clone()));
        let points = points.iter().map(Point::read).collect::<Result<Vec<_>, Error>>()?;
        let mut names: Vec<&Name> = Vec::new();
        for metric in points.iter().flat_map(|point| &point.metrics) {
            if !names.contains(&&metric.name) {
                names.push(&metric.name);
            }
        }
        let spread =
            |name: &Name| Dispersion::of(&points.iter().filter_map(|point| point.value(name)).collect::<Vec<_>>());
        let spreads = names.into_iter().map(|name| (name.clone(), spread(name))).collect();
        Ok(Setting { setting, params, points, spreads })
    }

    /// The values of a metric, each with the seed of its point.
    pub(crate) fn values(&self, name: &Name) -> Vec<(u64, f64)> {
        self.points.iter().filter_map(|point| Some((point.seed, point.value(name)?))).collect()
    }

    /// What is set, in one line.
    #[must_use]
    pub fn label(&self) -> String {
        let params = self.params.iter().map(|param| format!("{} = {}", param.key, param.value));
        params.collect::<Vec<_>>().join(", ")
    }
}

impl Point {
    fn read(point: &read::Point) -> Result<Point, Error> {
        Ok(Point { row: point.row.clone(), seed: point.run.meta().seed, metrics: metrics(&point.run)? })
    }

    /// The value of a metric.
    pub(crate) fn value(&self, name: &Name) -> Option<f64> {
        self.metrics.iter().find(|metric| metric.name == *name).and_then(|metric| metric.value)
    }
}
