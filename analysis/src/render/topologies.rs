//! Topologies, requests that go through them, and what protocols of one's own measured.

use std::fmt;

use datasets::trace::LookupRow;

use super::table::{Table, or_none, wrapped};
use crate::number::{count, decimal, measure, percent};
use crate::{EARLY, LINKS, Registry, Summary, WELL};

impl Summary {
    pub(super) fn topologies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.topologies.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nTopologies: cycles until so much of them was held\n")?;
        let shares = LINKS.map(|share| format!("{} %", share * 100.0));
        let mut titles = vec!["among", "topology", "what"];
        titles.extend(shares.iter().map(String::as_str));
        titles.extend(["missing", "dead"]);
        let mut table = Table::new(&titles, 3);
        for one in &self.topologies {
            for part in &one.parts {
                let mut cells = vec![among(one.app.as_ref()), one.topology.clone(), part.name.to_owned()];
                cells.extend(part.reached.map(or_never));
                cells.push(or_none(part.missing, percent));
                cells.push(or_none(one.last.dead_fraction, percent));
                table.row(&cells);
            }
        }
        table.write(f)?;
        writeln!(f)?;
        let text = "Missing, dead: what is missing, and entries whose node is a member no more, after the last cycle. \
                    Links: those next to each member. Leaves, tables: entries that it is to have in its leaf set and \
                    in its table.";
        wrapped(f, "  ", text)?;
        self.requests(f)?;
        self.registries(f)
    }

    fn requests(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || self.topologies.iter().filter_map(|one| Some((one, one.lookups.as_ref()?)));
        let Some((_, first)) = all().next() else { return Ok(()) };
        writeln!(f, "\nRequests after cycle {}\n", first.last.cycle)?;
        let titles = ["among", "routing", "succeed", "hops", "99 %", "timeouts", "well after", "below"];
        let mut table = Table::new(&titles, 2);
        for (one, lookups) in all() {
            let last = &lookups.last;
            table.row(&[
                among(one.app.as_ref()),
                if is_outside(last) { format!("{}, outside", last.routing) } else { last.routing.clone() },
                or_none(last.success_fraction, percent),
                or_none(last.hops_mean, decimal),
                or_none(last.hops_p99, decimal),
                or_none(last.timeouts_mean, decimal),
                or_never(lookups.well_after),
                or_never(lookups.well_after.map(|_| lookups.below_count)),
            ]);
        }
        table.write(f)?;
        writeln!(f)?;
        let mut text = format!(
            "Succeed: ended at the owner of their key. Well after: cycles from the first members on until {} did. \
             Below: observed cycles after that in which fewer did.",
            percent(WELL)
        );
        if all().any(|(_, lookups)| is_outside(&lookups.last)) {
            text.push_str(" Outside: nodes that are no members ask, through a contact.");
        }
        wrapped(f, "  ", &text)
    }

    fn registries(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || self.topologies.iter().filter_map(|one| Some((one, one.registry.as_ref()?)));
        let Some((_, Registry { last: first, .. })) = all().next() else { return Ok(()) };
        writeln!(f, "\nValues that members hold, after cycle {}\n", first.cycle)?;
        let mut table = Table::new(&["among", "keys", "held", "at the owner", "holders"], 1);
        for (one, Registry { last: row, .. }) in all() {
            table.row(&[
                among(one.app.as_ref()),
                count(row.keys_count),
                or_none(row.held_fraction, percent),
                or_none(row.owner_fraction, percent),
                or_none(row.holders_mean, decimal),
            ]);
        }
        table.write(f)?;
        writeln!(f)?;
        let text = "Held: keys whose value a member holds; the others are lost. At the owner: keys whose value the \
                    member holds to whom requests go. Holders: members that hold a value, on average.";
        wrapped(f, "  ", text)?;
        let early = all().filter(|(_, registry)| registry.is_lost_early());
        let early = early
            .map(|(one, registry)| format!("{} of those of {}", percent(registry.lost_early), among(one.app.as_ref())));
        let early: Vec<String> = early.collect();
        if early.is_empty() {
            return Ok(());
        }
        let text = format!(
            "Lost within {EARLY} cycles: {}; as a rule because there was no topology yet, or because others became \
             members in every cycle. registry.after = {EARLY} puts values that much later.",
            early.join(", ")
        );
        writeln!(f)?;
        wrapped(f, "  ", &text)
    }

    /// What protocols of one's own measured.
    pub(super) fn own(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.own.first() else { return Ok(()) };
        writeln!(f, "\nProtocols of one's own after cycle {}\n", first.last.cycle)?;
        let mut table = Table::new(&["protocol", "among", "measure", "value", "least", "most"], 3);
        for own in &self.own {
            let [least, most] = own.range.map(|value| or_none(value, measure));
            let value = or_none(own.last.value, measure);
            let name = own.last.protocol.clone();
            table.row(&[name, among(own.last.app.as_ref()), own.last.measure.clone(), value, least, most]);
        }
        table.write(f)
    }
}

/// Whether those who ask are no members.
fn is_outside(row: &LookupRow) -> bool {
    row.asker == "outside"
}

/// Among whom a protocol runs.
fn among(app: Option<&String>) -> String {
    app.map_or_else(|| "all nodes".to_owned(), Clone::clone)
}

fn or_never(cycle: Option<u32>) -> String {
    cycle.map_or_else(|| "-".to_owned(), |cycle| cycle.to_string())
}
