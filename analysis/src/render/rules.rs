//! What nodes changed by rules.

use std::fmt;

use super::table::wrapped;
use crate::number::{count, nodes, percent};
use crate::{Firing, Held, Summary};

/// The most firings told one by one; the trace has all.
const MOST_TOLD: usize = 10;

impl Summary {
    pub(super) fn rules(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.firings.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nRules by which nodes changed the suite\n")?;
        let (told, more) = self.firings.split_at(self.firings.len().min(MOST_TOLD));
        for firing in told {
            wrapped(f, "  ", &told_of(firing))?;
        }
        match more.len() {
            0 => Ok(()),
            more => wrapped(f, "  ", &format!("And {} more, which the table rules tells.", count(more as u64))),
        }
    }
}

/// What nodes did, why, and what came of it.
pub(crate) fn told_of(firing: &Firing) -> String {
    format!("{} {}{}", what(firing), spread(firing), effect(firing))
}

/// Who did what, when and why.
fn what(firing: &Firing) -> String {
    let Firing { rule, last_cycle, .. } = firing;
    let cycles = match last_cycle {
        last if *last == rule.cycle => format!("After cycle {last}"),
        last => format!("After cycles {} to {last}", rule.cycle),
    };
    let who = nodes(rule.nodes_count);
    let why = format!("{} ({})", rule.condition, rule.cause);
    format!("{cycles}, {} by {} of {}, as {why}: {}.", rule.rule, who, rule.app, rule.action)
}

/// What became of the version.
fn spread(firing: &Firing) -> String {
    let version = firing.rule.version;
    if !firing.is_taken() {
        return format!("Nodes drop this version {version}: {}.", firing.rule.verdict);
    }
    let cycles = |cycles: u32| if cycles == 1 { "1 cycle".to_owned() } else { format!("{cycles} cycles") };
    let acting = match firing.acting_cycles {
        [Some(most), Some(all)] if most == all => format!("all nodes act on it {} later", cycles(all)),
        [Some(most), Some(all)] => format!("99 % of the nodes act on it {} later, all {}", cycles(most), cycles(all)),
        [Some(most), None] => format!("99 % of the nodes act on it {} later, not all", cycles(most)),
        [None, _] => format!("at most {} of the nodes act on it", percent(firing.most_acting_fraction)),
    };
    format!("Version {version} is taken: {acting}.")
}

/// What it did to the application.
fn effect(firing: &Firing) -> String {
    let Some(Held { app, before, after, after_cycle }) = &firing.held else { return String::new() };
    let then = format!(" {app} held {} then", nodes(*before));
    if *after_cycle > firing.rule.cycle && firing.is_taken() {
        format!("{then}, and {} after cycle {after_cycle}.", count(*after))
    } else {
        format!("{then}.")
    }
}
