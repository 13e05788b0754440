//! Versions of the suite: how they spread, which ones nodes dropped, and what became of the applications.

use std::fmt;

use super::table::{Table, wrapped};
use crate::number::{count, nodes, percent, short_count};
use crate::{AppChange, Change, Entry, Rejections, Summary, Version};

impl Summary {
    pub(super) fn versions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_told = |version: &&Version| version.entry.is_some() || version.rejections.total() > 0;
        if !self.versions.iter().any(|version| is_told(&version)) {
            return Ok(());
        }
        self.spread(f)?;
        let dropped = || self.versions.iter().filter(|version| version.rejections.total() > 0);
        if dropped().next().is_some() {
            writeln!(f, "\nDescriptions of the suite that nodes dropped\n")?;
        }
        dropped().try_for_each(|version| wrapped(f, "  ", &rejected(version)))
    }

    /// When so many nodes held the versions that they should take.
    fn spread(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let launched = || self.versions.iter().filter_map(|version| Some((version, version.launch()?)));
        if launched().next().is_none() {
            return Ok(());
        }
        writeln!(f, "\nVersions of the suite: cycles until so many of the live nodes held them\n")?;
        let titles = ["version", "enters in cycle", "at nodes", "half", "99 %", "all", "at most", "at the end"];
        let mut table = Table::new(&titles, 1);
        for (version, Entry { cycle, nodes_count }) in launched() {
            let mut cells = vec![version.version.to_string(), cycle.to_string(), count(nodes_count)];
            let cycles = |cycles: &Option<u32>| cycles.map_or("-".to_owned(), |cycles| cycles.to_string());
            cells.extend(version.spread_cycles.iter().map(cycles));
            cells.extend([percent(version.most_held_fraction), percent(version.last_held_fraction)]);
            table.row(&cells);
        }
        table.write(f)?;
        if self.churn.is_some() {
            writeln!(f)?;
            wrapped(f, "  ", "All: nobody acts on another version any more. Newcomers may hold none for a cycle.")?;
        }
        Ok(())
    }

    pub(super) fn changes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| told(f, change))
    }
}

/// What a version did to each application.
fn told(f: &mut fmt::Formatter<'_>, change: &Change) -> fmt::Result {
    let Change { version, first_cycle, last_cycle, .. } = change;
    let title = format!(
        "What version {version} did, from the start of cycle {first_cycle} to the end of cycle {last_cycle}: nodes"
    );
    writeln!(f)?;
    wrapped(f, "", &title)?;
    writeln!(f)?;
    let mut table = Table::new(&["application", "before", "after", "", "by churn", "by rank", "by suite"], 1);
    for app in &change.apps {
        let [joined, left] =
            [app.joined, app.left].map(|moves| [moves.churn, moves.rank, moves.suite].map(short_count));
        let held = [app.app.clone(), short_count(app.held_before), short_count(app.held_after), "came".to_owned()];
        table.row(&[&held[..], &joined].concat());
        table.row(&[&["", "", "", "left"].map(str::to_owned)[..], &left].concat());
    }
    table.write(f)?;
    let told: Vec<String> = change.apps.iter().filter_map(|app| arrival(app, change)).collect();
    if !told.is_empty() {
        writeln!(f)?;
    }
    told.iter().try_for_each(|text| wrapped(f, "  ", text))
}

/// What became of a new application, or of one that was taken away.
fn arrival(app: &AppChange, change: &Change) -> Option<String> {
    let AppChange { app: name, held_after, asked_after, .. } = app;
    let last = change.last_cycle;
    let end = match app.reached_at {
        _ if !app.is_added() && !app.is_removed() => return None,
        Some(cycle) if app.is_added() => format!("is new: from cycle {cycle} on it holds 99 % of what it asks for"),
        Some(cycle) => format!("is removed: from cycle {cycle} on it holds no node"),
        None if app.is_added() => {
            format!("is new: it holds {} of {} after cycle {last}", count(*held_after), nodes(*asked_after))
        }
        None => format!("is removed, and still holds {} after cycle {last}", nodes(*held_after)),
    };
    Some(format!("{name} {end}."))
}

/// How often a version was dropped and why, and whether that helped.
fn rejected(version: &Version) -> String {
    let number = version.version;
    let Rejections { malformed, forged, other_cloud, outdated, revoked, expired, replayed, out_of_scope } =
        version.rejections;
    let reasons = [
        (malformed, "malformed"),
        (forged, "forged"),
        (other_cloud, "for another cloud"),
        (outdated, "outdated"),
        (revoked, "revoked"),
        (expired, "expired"),
        (replayed, "replayed"),
        (out_of_scope, "out of scope"),
    ];
    let reasons: Vec<String> = (reasons.iter().filter(|(dropped, _)| *dropped > 0))
        .map(|(dropped, reason)| format!("{} {reason}", count(*dropped)))
        .collect();
    let times = match version.rejections.total() {
        1 => "once".to_owned(),
        total => format!("{} times", count(total)),
    };
    let dropped = format!("dropped {times} ({})", reasons.join(", "));
    if !version.is_bad() {
        // Others may have given their description the number of a good one.
        let acted = percent(version.most_acting_fraction);
        let acted = format!(", on which {acted} of the nodes acted at the height");
        return format!(
            "Version {number}{}: {dropped}.",
            if version.rejections.total() > expired + replayed { &acted } else { "" }
        );
    }
    let entry = match version.entry {
        Some(Entry { cycle, nodes_count }) => format!("enters in cycle {cycle} at {}", nodes(nodes_count)),
        None => format!("is seen from cycle {} on", version.first_cycle),
    };
    let pushed = match version.most_held_fraction {
        share if share > 0.0 => format!(", and at most {} of the nodes push it", percent(share)),
        _ => String::new(),
    };
    format!("Version {number} {entry}{pushed}: {dropped}. No node acted on it.")
}
