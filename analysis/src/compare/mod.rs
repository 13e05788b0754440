//! Two runs, or two sweeps, beside each other.
//!
//! Runs are paired by their seed, and points of sweeps by what the sweep sets too; where each of two sweeps has one
//! setting, by the seed alone. A difference is always that of the second to the first.

mod first;
mod pairs;

use std::path::Path;

use datasets::record::RunRecord;
use datasets::trace::read::{self, Sweep};

use crate::metrics::metrics;
use crate::{Error, Study};

pub use first::{First, Side};
pub(crate) use pairs::shown;
pub use pairs::{Difference, Group};

/// Two runs or two sweeps beside each other. Its `Display` is a plain text of at most 80 columns.
#[derive(Clone, Debug)]
pub enum Comparison {
    /// Two runs.
    Runs(Runs),
    /// Two sweeps.
    Sweeps(Sweeps),
}

/// Two runs beside each other.
#[derive(Clone, Debug)]
pub struct Runs {
    /// Who they are: the run id and the seed of each.
    pub names: [String; 2],
    /// The digests of their states; `None` where there is none.
    pub digests: [Option<String>; 2],
    /// Where they differ first; `None` if every table of one is that of the other.
    pub first: Option<First>,
    /// What one has and the other lacks: tables, and columns of tables.
    pub apart: Vec<String>,
    /// The metrics of both, those with the largest relative difference first.
    pub metrics: Vec<Difference>,
    /// What only one of them measures.
    pub only: [Vec<String>; 2],
}

/// Two sweeps beside each other.
#[derive(Clone, Debug)]
pub struct Sweeps {
    /// Their names.
    pub names: [String; 2],
    /// The mean over all settings that both have, if these are several: a value for each seed that has them all.
    pub overall: Option<Group>,
    /// Each setting that both have.
    pub groups: Vec<Group>,
    /// Settings and seeds that only one of them has.
    pub missing: Vec<String>,
    /// Pairs whose states have the same digest.
    pub same_digests: usize,
}

impl Comparison {
    /// Compares what is in two directories.
    ///
    /// # Errors
    ///
    /// If one holds neither a run nor a sweep, if one is a run and the other a sweep, or if files are damaged.
    pub fn read(one: &Path, other: &Path) -> Result<Comparison, Error> {
        match [one, other].map(Sweep::is_at) {
            [false, false] => Ok(Comparison::Runs(Runs::of([&read::Run::open(one)?, &read::Run::open(other)?])?)),
            [true, true] => Ok(Comparison::Sweeps(Sweeps::of([&Study::read(one)?, &Study::read(other)?]))),
            [is_sweep, _] => {
                let (sweep, run) = if is_sweep { (one, other) } else { (other, one) };
                Err(Error::Unlike { sweep: sweep.to_owned(), run: run.to_owned() })
            }
        }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        match self {
            Comparison::Runs(runs) => runs.first.is_none() && runs.apart.is_empty(),
            Comparison::Sweeps(sweeps) => {
                let same = |group: &Group| {
                    group.differences.iter().all(Difference::is_zero) && group.only.iter().all(Vec::is_empty)
                };
                sweeps.missing.is_empty() && !sweeps.groups.is_empty() && sweeps.groups.iter().all(same)
            }
        }
    }
}

impl Runs {
    fn of(runs: [&read::Run; 2]) -> Result<Runs, Error> {
        let (first, apart) = first::first(runs)?;
        let [one, other] = [metrics(runs[0])?, metrics(runs[1])?];
        let values =
            |metrics: &[crate::Metric]| metrics.iter().map(|metric| (metric.name.clone(), metric.value)).collect();
        let group = Group::of(String::new(), &[[values(&one), values(&other)]]);
        let [digest, other_digest] = [digest(runs[0])?, digest(runs[1])?];
        let name = |run: &read::Run| format!("{}, seed {}", run.meta().run_id, run.meta().seed);
        Ok(Runs {
            names: runs.map(name),
            digests: [digest, other_digest],
            first,
            apart,
            metrics: group.differences,
            only: group.only,
        })
    }
}

/// The digest in the record of a run.
fn digest(run: &read::Run) -> Result<Option<String>, Error> {
    let record: Option<RunRecord> = crate::settings::record(run.record())?;
    Ok(record.map(|record| record.state_digest).filter(|digest| !digest.is_empty()))
}

impl Sweeps {
    /// Compares what two sweeps show.
    #[must_use]
    pub fn of(studies: [&Study; 2]) -> Sweeps {
        let names = studies.map(|study| study.name.clone());
        let (matched, mut missing) = pairs::matched(studies);
        let mut groups = Vec::new();
        let (mut same_digests, mut all) = (0, Vec::new());
        for (one, other) in &matched {
            let (pairs, alone) = pairs::by_seed(one, other);
            missing.extend(alone);
            same_digests += pairs.iter().filter(|(_, [a, b])| a.row.state_digest == b.row.state_digest).count();
            let values: Vec<_> = pairs.iter().map(|(_, points)| points.map(pairs::values)).collect();
            groups.push(Group::of(one.label(), &values));
            all.push(pairs);
        }
        let overall = (all.len() > 1).then(|| Group::of(String::new(), &pairs::over_settings(&all)));
        Sweeps { names, overall: overall.filter(|group| group.pairs > 0), groups, missing, same_digests }
    }
}
