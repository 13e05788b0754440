//! Two runs or two sweeps beside each other.

use std::fmt;

use super::table::{Table, wrapped};
use crate::compare::{Comparison, Difference, First, Group, Runs, Side, Sweeps, shown};
use crate::number::decimal;

/// The most metrics of a table, settings and remarks that are shown.
const MOST_METRICS: usize = 20;
const MOST_SETTINGS: usize = 20;
const MOST_REMARKS: usize = 10;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Comparison::Runs(runs) => runs.fmt(f),
            Comparison::Sweeps(sweeps) => sweeps.fmt(f),
        }
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        wrapped(f, "", &format!("First:  {}.", self.names[0]))?;
        wrapped(f, "", &format!("Second: {}.", self.names[1]))?;
        self.digests(f)?;
        remarks(f, &self.apart)?;
        match &self.first {
            None if self.apart.is_empty() => {
                wrapped(f, "", "Identical: every value of every table is the same, and every difference exactly 0.")?;
            }
            None => wrapped(f, "", "What both have is identical.")?,
            Some(first) => wrapped(f, "", &first.to_string())?,
        }
        only(f, &self.only)?;
        table(f, &self.metrics, 1)
    }
}

impl Runs {
    fn digests(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.digests {
            [Some(one), Some(other)] if one == other => wrapped(f, "", &format!("Both end in the state {one}.")),
            [Some(one), Some(other)] => wrapped(f, "", &format!("They end in the states {one} and {other}.")),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for First {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cycle {
            Some(cycle) => write!(f, "They first differ after cycle {cycle}, in the table {}", self.table.name())?,
            None => write!(f, "They first differ in the table {}, row {}", self.table.name(), self.row)?,
        }
        if !self.subject.is_empty() {
            write!(f, " ({})", self.subject)?;
        }
        let [one, other] = &self.values;
        match &self.column {
            Some(column) => write!(f, ", column {column}: {one} and {other}."),
            None => write!(f, ": the first has {one}, the second {other}."),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Value(value) => value,
            Side::Nothing => "nothing",
            Side::NoRow => "no row",
        })
    }
}

impl fmt::Display for Sweeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: usize = self.groups.iter().map(|group| group.pairs).sum();
        let [one, other] = &self.names;
        let text = format!(
            "Sweeps {one} and {other}: {pairs} pairs of runs with the same seed in {} common settings. Differences \
             are those of \
             the second to the first, after each where its mean is with 95 % confidence.",
            self.groups.len()
        );
        wrapped(f, "", &text)?;
        remarks(f, &self.missing)?;
        let is_same = |group: &Group| group.differences.iter().all(Difference::is_zero);
        if pairs > 0 && self.groups.iter().all(is_same) {
            let states = if self.same_digests == pairs { ", and so are the states in which they end" } else { "" };
            let text = format!("Identical: every metric of every pair is the same, the difference exactly 0{states}.");
            return wrapped(f, "", &text);
        }
        if let Some(overall) = &self.overall {
            writeln!(f)?;
            let text = format!("All common settings together, by the means of each of {} seeds", overall.pairs);
            wrapped(f, "", &text)?;
            only(f, &overall.only)?;
            table(f, &overall.differences, overall.pairs)?;
        }
        for group in self.groups.iter().take(MOST_SETTINGS) {
            writeln!(f)?;
            let label = if group.label.is_empty() { "The scenario as it is" } else { &group.label };
            wrapped(f, "", &format!("{label}: {} pairs", group.pairs))?;
            only(f, &group.only)?;
            table(f, &group.differences, group.pairs)?;
        }
        match self.groups.len().saturating_sub(MOST_SETTINGS) {
            0 => Ok(()),
            more => wrapped(f, "", &format!("\n… and {more} more settings.")),
        }
    }
}

fn remarks(f: &mut fmt::Formatter<'_>, remarks: &[String]) -> fmt::Result {
    let mut shown = remarks.iter().take(MOST_REMARKS);
    shown.try_for_each(|remark| wrapped(f, "", &format!("Missing: {remark}.")))?;
    match remarks.len().saturating_sub(MOST_REMARKS) {
        0 => Ok(()),
        more => wrapped(f, "", &format!("Missing: {more} more.")),
    }
}

fn only(f: &mut fmt::Formatter<'_>, only: &[Vec<String>; 2]) -> fmt::Result {
    for (names, which) in only.iter().zip(["first", "second"]) {
        if !names.is_empty() {
            wrapped(f, "", &format!("Only the {which} has: {}.", names.join(", ")))?;
        }
    }
    Ok(())
}

/// The metrics that differ, and how many do not.
fn table(f: &mut fmt::Formatter<'_>, differences: &[Difference], pairs: usize) -> fmt::Result {
    let (same, differing): (Vec<_>, Vec<_>) = differences.iter().partition(|difference| difference.is_zero());
    if !differing.is_empty() {
        writeln!(f)?;
        let header = ["metric", "unit", "first", "second", "difference"];
        let mut table =
            if pairs > 1 { Table::new(&[&header[..], &["+-"]].concat(), 2) } else { Table::new(&header, 2) };
        for difference in differing.iter().take(MOST_METRICS) {
            let mut cells = vec![shown(&difference.name), difference.name.unit.to_owned()];
            cells.extend(difference.means.map(decimal));
            cells.push(signed(difference.difference.mean));
            if pairs > 1 {
                cells.push(difference.difference.half_width().map_or_else(|| "-".to_owned(), decimal));
            }
            table.row(&cells);
        }
        table.write(f)?;
    }
    match differing.len().saturating_sub(MOST_METRICS) {
        0 => {}
        more => wrapped(f, "  ", &format!("… and {more} more that differ less"))?,
    }
    match same.len() {
        0 => Ok(()),
        _ if differing.is_empty() => wrapped(f, "  ", "Every metric is the same."),
        1 => wrapped(f, "  ", "1 metric is the same."),
        same => wrapped(f, "  ", &format!("{same} metrics are the same.")),
    }
}

fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", decimal(value)) } else { decimal(value) }
}
