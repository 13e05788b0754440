//! The report of a sweep: what each setting gives by its replicates, over time, and what each key changes.

mod answer;
mod origin;
mod sensitivity;
mod settings;
mod time;

use std::path::Path;

use datasets::record::SweepRecord;
use datasets::trace::read::Sweep;

use super::sheet::Sheet;
use super::{Report, tables};
use crate::settings::record;
use crate::{Error, Study};

/// The most settings that are drawn one by one, and the most applications in their charts.
const MOST_DRAWN: usize = 6;
const MOST_APPS: usize = 4;

/// A sweep, read.
struct SweepSource {
    study: Study,
    sweep: Sweep,
    /// What `sweep.json` says.
    record: SweepRecord,
}

/// The report of the sweep in a directory.
pub fn report(folder: &Path) -> Result<Report, Error> {
    let source = SweepSource {
        study: Study::read(folder)?,
        sweep: Sweep::open(folder)?,
        record: record(&folder.join("sweep.json"))?.unwrap_or_default(),
    };
    let answer = answer::answer(&source);
    let provenance = origin::provenance(&source);
    let mut sheets = vec![tables::headline(&answer)];
    for (name, columns) in source.study.tables()? {
        sheets.push(Sheet::of(name, &columns));
    }
    sheets.push(origin::points(&source));
    sheets.push(tables::origin(&provenance));
    let parts = [settings::settings(&source), sensitivity::sensitivity(&source), time::time(&source)?];
    Ok(Report {
        title: source.study.name.clone(),
        answer,
        sections: parts.into_iter().flatten().collect(),
        provenance,
        sheets,
    })
}

impl SweepSource {
    /// The applications, in the order of the suite.
    fn apps(&self) -> Vec<&str> {
        self.subjects("held")
    }

    /// Of what there is a metric.
    fn subjects(&self, metric: &str) -> Vec<&str> {
        let mut subjects: Vec<&str> = Vec::new();
        let names = self.study.settings.iter().flat_map(|setting| &setting.spreads).map(|(name, _)| name);
        for name in names.filter(|name| name.metric == metric) {
            if !subjects.contains(&name.subject.as_str()) {
                subjects.push(&name.subject);
            }
        }
        subjects
    }
}
