//! The nodes that applications win and lose all the time.

use std::fmt;

use super::table::Table;
use crate::number::percent;
use crate::{AppChurn, Moves, Summary};

impl Summary {
    pub(super) fn app_churn(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.app_churn.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nNodes that applications win and lose in a cycle, as a share of those they hold\n")?;
        let by_suite = self.app_churn.iter().any(|app| app.joined.suite + app.left.suite > 0);
        let titles = ["application", "", "by churn", "by rank", "by suite"];
        let columns = if by_suite { titles.len() } else { titles.len() - 1 };
        let mut table = Table::new(&titles[..columns], 1);
        for app in &self.app_churn {
            table.row(&cells(app, &app.app, "came", app.joined)[..columns]);
            table.row(&cells(app, "", "left", app.left)[..columns]);
        }
        table.write(f)
    }
}

fn cells(app: &AppChurn, name: &str, way: &str, moves: Moves) -> [String; 5] {
    let share = |moves: u64| percent(moves as f64 / app.node_cycles);
    [name.to_owned(), way.to_owned(), share(moves.churn), share(moves.rank), share(moves.suite)]
}
