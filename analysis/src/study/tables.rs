//! What a sweep shows, as tables.

use datasets::trace::read::{Column, Sweep, Values};

use super::{Effect, Point, Setting, Study};
use crate::metrics::{Metric, Name};
use crate::{Band, Dispersion, Error, bands};

/// Names of the quantiles, in the order of [`crate::QUANTILES`].
const QUANTILE_NAMES: [&str; 5] = ["p01", "p10", "p50", "p90", "p99"];

impl Study {
    /// The derived tables by their names: `values`, a row per point and metric; `metrics`, a row per setting and
    /// metric; `bands`, a row per setting, metric and cycle; `sensitivity`, a row per metric and key, if keys were
    /// changed one at a time.
    ///
    /// # Errors
    ///
    /// If files of the sweep are damaged.
    pub fn tables(&self) -> Result<Vec<(&'static str, Vec<Column>)>, Error> {
        let mut tables = vec![("values", self.values()), ("metrics", self.metrics()), ("bands", self.bands()?)];
        if !self.effects.is_empty() {
            tables.push(("sensitivity", sensitivity(&self.effects)));
        }
        Ok(tables)
    }

    fn values(&self) -> Vec<Column> {
        let points = self.settings.iter().flat_map(|setting| &setting.points);
        let rows: Vec<(&Point, &Metric)> =
            points.flat_map(|point| point.metrics.iter().map(move |metric| (point, metric))).collect();
        let mut columns = vec![
            counts("point", rows.iter().map(|(point, _)| point.row.point.into())),
            counts("setting", rows.iter().map(|(point, _)| point.row.setting.into())),
            counts("replicate", rows.iter().map(|(point, _)| point.row.replicate.into())),
            counts("seed", rows.iter().map(|(point, _)| point.seed)),
        ];
        columns.extend(names(|| rows.iter().map(|(_, metric)| &metric.name)));
        columns.push(measures("value", rows.iter().map(|(_, metric)| metric.value)));
        columns
    }

    fn metrics(&self) -> Vec<Column> {
        let settings = self.settings.iter();
        let rows: Vec<(&Setting, &(Name, Option<Dispersion>))> =
            settings.flat_map(|setting| setting.spreads.iter().map(move |spread| (setting, spread))).collect();
        let of_rows = || rows.iter().map(|(_, (_, spread))| spread.as_ref());
        let mut columns = vec![counts("setting", rows.iter().map(|(setting, _)| setting.setting.into()))];
        columns.extend(names(|| rows.iter().map(|(_, (name, _))| name)));
        columns.push(counts("replicates_count", rows.iter().map(|(setting, _)| setting.points.len() as u64)));
        columns.extend(spreads("", of_rows));
        columns.extend(quantiles(of_rows));
        columns
    }

    fn bands(&self) -> Result<Vec<Column>, Error> {
        let mut rows: Vec<(u32, Name, u32, Dispersion)> = Vec::new();
        for points in Sweep::open(&self.folder)?.settings() {
            let setting = points.first().map_or(0, |point| point.row.setting);
            for Band { name, cycles } in bands(points.iter().map(|point| &point.run))? {
                rows.extend(cycles.into_iter().map(|(cycle, spread)| (setting, name.clone(), cycle, spread)));
            }
        }
        let mut columns = vec![counts("setting", rows.iter().map(|row| row.0.into()))];
        columns.extend(names(|| rows.iter().map(|row| &row.1)));
        columns.push(counts("cycle", rows.iter().map(|row| row.2.into())));
        columns.push(counts("count", rows.iter().map(|row| row.3.count as u64)));
        columns.push(measures("mean", rows.iter().map(|row| Some(row.3.mean))));
        columns.extend(quantiles(|| rows.iter().map(|row| Some(&row.3))));
        Ok(columns)
    }
}

fn sensitivity(effects: &[Effect]) -> Vec<Column> {
    let all = || effects.iter();
    let mut columns: Vec<Column> = names(|| all().map(|effect| &effect.name)).into();
    columns.extend([
        counts("rank", all().map(|effect| effect.rank.into())),
        texts("key", all().map(|effect| Some(effect.key.clone()))),
        texts("low_value", all().map(|effect| effect.low_value.clone())),
        texts("high_value", all().map(|effect| Some(effect.high_value.clone()))),
        measures("base", all().map(|effect| Some(effect.base))),
    ]);
    columns.extend(spreads("low_", || all().map(|effect| effect.low.as_ref())));
    columns.extend(spreads("high_", || all().map(|effect| Some(&effect.high))));
    columns.extend(spreads("swing_", || all().map(|effect| Some(&effect.swing))));
    columns
}

/// What a row is about.
fn names<'a, I: Iterator<Item = &'a Name>>(rows: impl Fn() -> I) -> [Column; 3] {
    [
        texts("metric", rows().map(|name| Some(name.metric.to_owned()))),
        texts("subject", rows().map(|name| Some(name.subject.clone()))),
        texts("unit", rows().map(|name| Some(name.unit.to_owned()))),
    ]
}

/// Number of replicates, mean and interval.
fn spreads<'a, I: Iterator<Item = Option<&'a Dispersion>>>(prefix: &str, rows: impl Fn() -> I) -> [Column; 4] {
    let end = |which: usize| rows().map(move |spread| spread.and_then(|spread| Some(spread.interval?[which])));
    [
        counts(&format!("{prefix}count"), rows().map(|spread| spread.map_or(0, |spread| spread.count as u64))),
        measures(&format!("{prefix}mean"), rows().map(|spread| spread.map(|spread| spread.mean))),
        measures(&format!("{prefix}ci95_low"), end(0)),
        measures(&format!("{prefix}ci95_high"), end(1)),
    ]
}

fn quantiles<'a, I: Iterator<Item = Option<&'a Dispersion>>>(rows: impl Fn() -> I) -> impl Iterator<Item = Column> {
    let column = move |(which, name): (usize, &str)| {
        measures(name, rows().map(|spread| spread.map(|spread| spread.quantiles[which])))
    };
    QUANTILE_NAMES.into_iter().enumerate().map(column)
}

fn counts(name: &str, values: impl Iterator<Item = u64>) -> Column {
    Column { name: name.to_owned(), values: Values::Counts(values.map(Some).collect()) }
}

fn measures(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Column { name: name.to_owned(), values: Values::Measures(values.collect()) }
}

fn texts(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    Column { name: name.to_owned(), values: Values::Names(values.collect()) }
}
