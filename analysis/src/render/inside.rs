//! Inside applications: who runs them, how fast nodes start, and whether the overlay of each is whole.

use std::fmt;

use super::table::{Table, wrapped};
use crate::number::{count, decimal, nodes, percent};
use crate::{Inside, RUNNING, Summary};

impl Summary {
    pub(super) fn inside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inside.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nInside applications after cycle {}: nodes\n", self.cycles)?;
        let titles = ["application", "belong", "in overlay", "run it", "joined", "left", "crashed"];
        let mut table = Table::new(&titles, 1);
        for app in &self.inside {
            let counts = [
                app.assigned_count,
                app.in_overlay_count,
                app.running_count,
                app.join_calls_count,
                app.leave_calls_count,
                app.crashed_count,
            ];
            table.row(&[vec![app.app.clone()], counts.map(count).to_vec()].concat());
        }
        table.write(f)?;
        self.started(f)?;
        self.overlays(f)?;
        self.inside.iter().filter(|app| app.dead_from.is_some()).try_for_each(|app| dead(f, app))
    }

    /// How fast nodes came to run what they belong to, from the beginning and from each version on.
    fn started(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = || self.inside.iter().flat_map(|app| app.stages.iter().map(move |stage| (app, stage)));
        if stages().next().is_none() {
            return Ok(());
        }
        writeln!(f, "\nCycles from a version on until so many of an application's nodes ran it\n")?;
        let shares = RUNNING.map(|share| format!("{} %", share * 100.0));
        let mut titles = vec!["application", "version", "from"];
        titles.extend(shares.iter().map(String::as_str));
        titles.extend(["gone", "wait"]);
        let mut table = Table::new(&titles, 1);
        let cycle = |cycle: &Option<u32>| cycle.map_or("-".to_owned(), |cycle| cycle.to_string());
        for (app, stage) in stages() {
            let version = stage.version.map_or("first".to_owned(), |version| version.to_string());
            let mut cells = vec![app.app.clone(), version, stage.from_cycle.to_string()];
            cells.extend(stage.running_cycles.iter().map(cycle));
            cells.extend([cycle(&stage.gone_cycles), or_none(stage.start_cycles_mean, decimal)]);
            table.row(&cells);
        }
        table.write(f)?;
        writeln!(f)?;
        let text = "Gone: nobody belongs to it any more. Wait: mean cycles from being assigned to running.";
        wrapped(f, "  ", text)
    }

    fn overlays(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let views = || self.inside.iter().filter_map(|app| app.overlay.as_ref().map(|overlay| (app, overlay)));
        let Some((_, first)) = views().next() else { return Ok(()) };
        writeln!(f, "\nOverlays of applications ({}) after cycle {}\n", first.protocol, first.cycle)?;
        let titles = ["application", "in-degree", "s.d.", "dead", "parts", "largest", "contacts", "age"];
        let mut table = Table::new(&titles, 1);
        for (app, overlay) in views() {
            table.row(&[
                app.app.clone(),
                or_none(overlay.in_degree_mean, decimal),
                or_none(overlay.in_degree_sd, decimal),
                or_none(overlay.dead_links_count as f64 / overlay.entries_count as f64, percent),
                count(overlay.components_count),
                if overlay.components_count > 0 { percent(overlay.largest_component_fraction) } else { "-".to_owned() },
                or_none(app.valid_contacts_fraction, percent),
                or_none(app.contacts_age_mean, decimal),
            ]);
        }
        table.write(f)?;
        writeln!(f)?;
        let text = "Dead: entries that lead to no member any more. Contacts: those of live nodes that lead to a \
                    member, and their age in cycles.";
        wrapped(f, "  ", text)
    }
}

/// What there is to say of a number, if it is one.
fn or_none(value: f64, told: fn(f64) -> String) -> String {
    if value.is_finite() { told(value) } else { "-".to_owned() }
}

/// An application that has nobody in its overlay.
fn dead(f: &mut fmt::Formatter<'_>, app: &Inside) -> fmt::Result {
    let from = app.dead_from.unwrap_or_default();
    writeln!(f)?;
    let text = format!(
        "{} is dead: from cycle {from} on nobody is in its overlay, so that {} cannot join. It stays dead until a \
         version of the suite enters that has it.",
        app.app,
        nodes(app.assigned_count - app.in_overlay_count),
    );
    wrapped(f, "  ", &text)
}
