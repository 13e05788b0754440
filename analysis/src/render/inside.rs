//! Inside applications: who runs them, how fast nodes start, and whether the overlay of each is whole.

use std::fmt;

use super::table::{Table, or_none, wrapped};
use crate::number::{count, counted, decimal, nodes, percent};
use crate::{Inside, SHARES, Step, Summary, USABLE};

impl Summary {
    pub(super) fn inside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inside.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nInside applications after cycle {}: nodes\n", self.cycles)?;
        let titles = ["application", "belong", "in overlay", "run it", "joined", "left", "crashed", "usable"];
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
            let usable = or_none(app.usable_fraction, percent);
            table.row(&[vec![app.app.clone()], counts.map(count).to_vec(), vec![usable]].concat());
        }
        table.write(f)?;
        writeln!(f)?;
        let share = percent(USABLE);
        wrapped(f, "  ", &format!("Usable: in how many of the cycles {share} of the nodes that it asks for ran it."))?;
        self.started(f)?;
        self.overlays(f)?;
        self.inside.iter().filter(|app| app.dead_from.is_some()).try_for_each(|app| dead(f, app))?;
        self.inside.iter().try_for_each(|app| stranded(f, app))
    }

    /// How fast nodes came to run what they belong to, from the beginning and from each version on.
    fn started(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = || self.inside.iter().flat_map(|app| app.stages.iter().map(move |stage| (app, stage)));
        if stages().next().is_none() {
            return Ok(());
        }
        writeln!(f, "\nCycles from a version on until so many of an application's nodes had come so far\n")?;
        let shares = SHARES.map(|share| format!("{} %", share * 100.0));
        let mut titles = vec!["application", "version", "from", "step"];
        titles.extend(shares.iter().map(String::as_str));
        titles.push("wait");
        let mut table = Table::new(&titles, 1);
        let cycle = |cycle: &Option<u32>| cycle.map_or("-".to_owned(), |cycle| cycle.to_string());
        for (app, stage) in stages() {
            let version = stage.version.map_or("first".to_owned(), |version| version.to_string());
            let mut head = vec![app.app.clone(), version, stage.from_cycle.to_string()];
            for (step, reached) in &stage.steps {
                let mut cells = head.clone();
                cells.push(named(*step).to_owned());
                cells.extend(reached.iter().map(cycle));
                let waits = *step == Step::Run;
                cells.push(if waits { or_none(stage.start_cycles_mean, decimal) } else { String::new() });
                table.row(&cells);
                head = vec![String::new(); head.len()];
            }
            if stage.gone_cycles.is_some() {
                let mut cells = [head, vec!["gone".to_owned()], vec![String::new(); SHARES.len()]].concat();
                cells[3 + SHARES.len()] = cycle(&stage.gone_cycles);
                cells.push(String::new());
                table.row(&cells);
            }
        }
        table.write(f)?;
        writeln!(f)?;
        let text = "Know: know somebody in it. Join: are in its overlay. Run: have its code. Upgrade: run the new \
                    code. Gone: nobody belongs to it any more. Wait: mean cycles from being assigned to running.";
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

/// What a step is called.
fn named(step: Step) -> &'static str {
    match step {
        Step::Know => "know",
        Step::Join => "join",
        Step::Run => "run",
        Step::Upgrade => "upgrade",
    }
}

/// Nodes that waited or fetched for too long, and why; chunks that nobody has.
fn stranded(f: &mut fmt::Formatter<'_>, app: &Inside) -> fmt::Result {
    if let Some(most) = &app.stranded {
        let reasons = [
            (most.stranded_unknown_count, "know no contact"),
            (most.stranded_unanswered_count, "know contacts that do not let them in: dead, gone or busy ones"),
            (most.stranded_fetching_count, "lack some of its code"),
        ];
        let told =
            reasons.iter().filter(|(nodes, _)| *nodes > 0).map(|(nodes, why)| format!("{} {why}", count(*nodes)));
        let text = format!(
            "{}: most nodes were stranded after cycle {}, when {} had waited or fetched for more than 20 cycles: {}.",
            app.app,
            most.cycle,
            nodes(most.stranded_count),
            told.collect::<Vec<_>>().join(", "),
        );
        writeln!(f)?;
        wrapped(f, "  ", &text)?;
    }
    if app.missing_chunks_count > 0 {
        let text = format!(
            "{}: {} of its code are lost: nobody in its overlay has them when the run ends. A version of the suite \
             that enters brings them again.",
            app.app,
            counted(app.missing_chunks_count, "chunk", "chunks"),
        );
        writeln!(f)?;
        wrapped(f, "  ", &text)?;
    }
    Ok(())
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
