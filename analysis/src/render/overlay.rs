//! The overlay: whom nodes know, how old that knowledge is, and how many of them are dead.

use std::fmt;

use datasets::trace::OverlayRow;

use super::table::{Table, wrapped};
use crate::number::{count, decimal, percent};
use crate::{DeadLinks, Summary};

/// The age at which ages stop.
const OLDEST: f64 = 200.0;

impl Summary {
    pub(super) fn overlay(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(last) = self.overlay.last() else { return Ok(()) };
        writeln!(f, "\nOverlay: whom nodes know\n")?;
        let titles = ["cycle", "in-degree", "s.d.", "clustering", "path", "dead links", "parts", "largest part"];
        let mut table = Table::new(&titles, 1);
        for row in &self.overlay {
            table.row(&[
                row.cycle.to_string(),
                decimal(row.in_degree_mean),
                decimal(row.in_degree_sd),
                decimal(row.clustering_coefficient),
                decimal(row.path_length_mean),
                count(row.dead_links_count),
                count(row.components_count),
                percent(row.largest_component_fraction),
            ]);
        }
        table.write(f)?;
        if last.age_max.is_finite() || self.dead_links.is_some() {
            writeln!(f)?;
        }
        ages(f, last)?;
        self.dead_links.map_or(Ok(()), |links| dead_links(f, links))
    }
}

fn ages(f: &mut fmt::Formatter<'_>, row: &OverlayRow) -> fmt::Result {
    let OverlayRow { cycle, age_p50, age_p99, age_max, .. } = row;
    if !age_max.is_finite() {
        return Ok(());
    }
    let unit = if row.protocol == "generic" { "exchanges" } else { "cycles" };
    let more = if *age_max >= OLDEST { " or more" } else { "" };
    let text = format!(
        "Ages of entries after cycle {cycle}, in {unit}: half at most {age_p50}, 99 in 100 at most {age_p99}, the \
         oldest \
         {age_max}{more}."
    );
    wrapped(f, "  ", &text)
}

fn dead_links(f: &mut fmt::Formatter<'_>, links: DeadLinks) -> fmt::Result {
    let end = match links.none_from {
        Some(cycle) => format!("none from cycle {cycle} on"),
        None => format!("{} after cycle {}", decimal(links.last_mean), links.last_at),
    };
    let most = decimal(links.most_mean);
    wrapped(f, "  ", &format!("Dead links per live node: at most {most}, after cycle {}; {end}.", links.most_at))
}
