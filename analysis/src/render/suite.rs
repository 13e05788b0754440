//! Applications: what they asked for, what they hold, and when that settled.

use std::fmt;

use super::table::WIDTH;
use super::table::{Table, wrapped};
use crate::applications::wrong_of_held;
use crate::number::{count, decimal};
use crate::{Application, Settling, Summary, THRESHOLDS};

/// Widest name that stands beside the attribute means; longer ones get a line of their own.
const NAME_WIDTH: usize = 24;

impl Summary {
    pub(super) fn suite(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.applications.is_empty() {
            return Ok(());
        }
        self.holdings(f)?;
        self.ties(f)?;
        self.settling(f)?;
        self.means(f)
    }

    fn holdings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nApplications after cycle {}: nodes\n", self.cycles)?;
        let mut table = Table::new(&["application", "asked", "held", "correct", "wrong", "wrong of held"], 1);
        let mut row = |name: &str, [asked, held, correct, wrong]: [u64; 4]| {
            let share = wrong_of_held(wrong, held).unwrap_or_else(|| "-".to_owned());
            table.row(&[name.to_owned(), count(asked), count(held), count(correct), count(wrong), share]);
        };
        let counts = |app: &Application| [app.asked_count, app.held_count, app.correct_count, app.wrong_count];
        let mut all = [0; 4];
        for app in &self.applications {
            row(&app.app, counts(app));
            all.iter_mut().zip(counts(app)).for_each(|(sum, count)| *sum += count);
        }
        if self.applications.len() > 1 {
            row("all together", all);
        }
        table.write(f)
    }

    fn ties(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contested = || self.applications.iter().filter(|app| app.border_ties_count > 1);
        if contested().next().is_some() {
            writeln!(f)?;
        }
        for app in contested() {
            let ties = count(app.border_ties_count);
            let text = format!("{}: {ties} nodes tie at the border: the index decides which of them it gets.", app.app);
            wrapped(f, "  ", &text)?;
        }
        Ok(())
    }

    fn settling(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nCycle from which on the share of wrong nodes stayed below\n")?;
        let thresholds = THRESHOLDS.map(|threshold| format!("{} %", threshold * 100.0));
        let mut header = vec!["application"];
        header.extend(thresholds.iter().map(String::as_str));
        let mut table = Table::new(&header, 1);
        let mut row = |name: &str, settling: &Settling| {
            let cycle = |cycle: &Option<u32>| cycle.map_or("-".to_owned(), |cycle| cycle.to_string());
            let mut cells = vec![name.to_owned()];
            cells.extend(settling.cycles.iter().map(cycle));
            table.row(&cells);
        };
        for app in &self.applications {
            row(&app.app, &app.settling);
        }
        if let Some(settling) = self.settling.filter(|_| self.applications.len() > 1) {
            row("all together", &settling);
        }
        table.write(f)?;
        if self.settling_from > 0 {
            let from = self.settling_from;
            writeln!(f)?;
            wrapped(f, "  ", &format!("Measured from cycle {from} on, when the last version of the suite came in."))?;
        }
        let unsettled = |app: &Application| app.settling.cycles.contains(&None);
        if self.applications.iter().any(unsettled) {
            let text = format!(
                "-: not by cycle {}. A few wrong nodes stay at every border: random ids are points, not a grid.",
                self.cycles
            );
            writeln!(f)?;
            wrapped(f, "  ", &text)?;
        }
        Ok(())
    }

    /// One table, or several if the attributes do not fit beside each other. A name that is too long for the head of a
    /// column stands above a table of its own.
    fn means(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest: Vec<usize> = (0..self.attributes.len()).collect();
        if !rest.is_empty() {
            writeln!(f, "\nMean attributes of the nodes held\n")?;
        }
        while !rest.is_empty() {
            let mut fitting = 0;
            let mut width = NAME_WIDTH + 2;
            while fitting < rest.len() && width + self.mean_width(rest[fitting]) <= WIDTH {
                width += self.mean_width(rest[fitting]);
                fitting += 1;
            }
            let part: Vec<usize> = rest.drain(..fitting.max(1)).collect();
            let names: Vec<&str> = part.iter().map(|&attribute| self.attributes[attribute].as_str()).collect();
            if fitting == 0 {
                wrapped(f, "  ", &format!("{}:", names[0]))?;
                self.means_of(f, &part, &["mean"])?;
            } else {
                self.means_of(f, &part, &names)?;
            }
            if !rest.is_empty() {
                writeln!(f)?;
            }
        }
        Ok(())
    }

    fn means_of(&self, f: &mut fmt::Formatter<'_>, attributes: &[usize], names: &[&str]) -> fmt::Result {
        let mut table = Table::new(&[&["application"], names].concat(), 1);
        for app in &self.applications {
            let mut cells = vec![app.app.clone()];
            cells.extend(attributes.iter().map(|&attribute| mean(app, attribute)));
            table.row(&cells);
        }
        table.write(f)
    }

    /// Columns that the means of an attribute take, with the gap before them.
    fn mean_width(&self, attribute: usize) -> usize {
        let widths = self.applications.iter().map(|app| mean(app, attribute).chars().count());
        widths.max().unwrap_or(0).max(self.attributes[attribute].chars().count()) + 2
    }
}

fn mean(app: &Application, attribute: usize) -> String {
    app.mean_attributes.get(attribute).copied().flatten().map_or("-".to_owned(), decimal)
}
