//! Which nodes come to applications and leave them, and why.

use std::ops::AddAssign;

use datasets::trace::AppRow;

/// Nodes that came to an application, or that left it, by the cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// They had just come to the cloud; they left it, or died.
    pub churn: u64,
    /// Their idea of their rank, or their attributes, had changed.
    pub rank: u64,
    /// They had just taken another version of the suite.
    pub suite: u64,
}

impl Moves {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.churn + self.rank + self.suite
    }

    /// Those that joined since the row before.
    pub(crate) fn joined(row: &AppRow) -> Moves {
        Moves { churn: row.joins_churn_count, rank: row.joins_rank_count, suite: row.joins_suite_count }
    }

    /// Those that left since the row before.
    pub(crate) fn left(row: &AppRow) -> Moves {
        Moves { churn: row.leaves_churn_count, rank: row.leaves_rank_count, suite: row.leaves_suite_count }
    }
}

impl AddAssign for Moves {
    fn add_assign(&mut self, other: Moves) {
        self.churn += other.churn;
        self.rank += other.rank;
        self.suite += other.suite;
    }
}

/// The nodes that an application won and lost in the whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct AppChurn {
    /// Its name.
    pub app: String,
    /// Nodes held times cycles: what a number of moves is divided by to be a fraction of the nodes held, per cycle.
    pub node_cycles: f64,
    /// Nodes that joined it.
    pub joined: Moves,
    /// Nodes that left it.
    pub left: Moves,
}

/// The moves of each application, in the order of the suite; none if nobody moved after the first cycle.
pub(crate) fn app_churn(rows: &[AppRow]) -> Vec<AppChurn> {
    let moved = |row: &&AppRow| Moves::joined(row).total() + Moves::left(row).total() > 0;
    if !rows.iter().filter(|row| row.cycle > 1).any(|row| moved(&row)) {
        return Vec::new();
    }
    let last = rows.last().map(|row| row.cycle);
    rows.iter().filter(|row| Some(row.cycle) == last).map(|row| of_app(&row.app, rows)).collect()
}

fn of_app(app: &str, rows: &[AppRow]) -> AppChurn {
    let mut churn =
        AppChurn { app: app.to_owned(), node_cycles: 0.0, joined: Moves::default(), left: Moves::default() };
    let mut previous: Option<&AppRow> = None;
    for row in rows.iter().filter(|row| row.app == app) {
        if let Some(previous) = previous {
            churn.node_cycles += previous.held_count as f64 * f64::from(row.cycle - previous.cycle);
            churn.joined += Moves::joined(row);
            churn.left += Moves::left(row);
        }
        previous = Some(row);
    }
    churn
}
