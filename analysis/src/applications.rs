//! Which application got which nodes, and how fast that settled.

use datasets::trace::AppRow;

use crate::number::percent;

/// Shares of wrong nodes below which a run counts as settled, descending.
pub const THRESHOLDS: [f64; 3] = [0.1, 0.01, 0.001];

/// An application after the last cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its name.
    pub app: String,
    /// Nodes asked for.
    pub asked_count: u64,
    /// Nodes held.
    pub held_count: u64,
    /// Nodes held that a central sort would assign.
    pub correct_count: u64,
    /// Nodes held that it would not.
    pub wrong_count: u64,
    /// Nodes whose attribute equals the value at the border.
    pub border_ties_count: u64,
    /// Mean of each attribute over the nodes held, in the order of the trace; `None` if none is held.
    pub mean_attributes: Vec<Option<f64>>,
    /// When the share of wrong nodes fell.
    pub settling: Settling,
}

impl Application {
    /// Share of the nodes held that are wrong, 0..=1; 1 if none is held although some are asked for.
    #[must_use]
    pub fn wrong_fraction(&self) -> f64 {
        wrong_fraction(self.wrong_count, self.held_count, self.asked_count)
    }
}

/// The share of wrong nodes among those held, as people read it; `None` if none is held.
pub(crate) fn wrong_of_held(wrong: u64, held: u64) -> Option<String> {
    (held > 0).then(|| percent(wrong as f64 / held as f64))
}

/// The first observed cycle from which on the share of wrong nodes stayed below each of [`THRESHOLDS`]; `None` if it
/// was not below at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settling {
    /// A cycle for each threshold.
    pub cycles: [Option<u32>; THRESHOLDS.len()],
}

impl Settling {
    /// From the share of wrong nodes after each observed cycle, ascending.
    fn of(shares: &[(u32, f64)]) -> Settling {
        let settled = |threshold: f64| {
            shares.iter().rev().take_while(|(_, share)| *share < threshold).last().map(|(cycle, _)| *cycle)
        };
        Settling { cycles: THRESHOLDS.map(settled) }
    }
}

/// The applications in the rows of the last cycle, in their order there; settling counts from a cycle on.
pub(crate) fn applications(rows: &[AppRow], settling_from: u32) -> Vec<Application> {
    let last = rows.iter().map(|row| row.cycle).max();
    rows.iter().filter(|row| Some(row.cycle) == last).map(|row| application(row, rows, settling_from)).collect()
}

/// Settling of all applications together, from a cycle on: wrong nodes over nodes held by any.
pub(crate) fn settling_of_all(rows: &[AppRow], from: u32) -> Option<Settling> {
    let shares: Vec<(u32, f64)> = rows
        .chunk_by(|a, b| a.cycle == b.cycle)
        .filter(|rows| rows[0].cycle >= from)
        .map(|rows| {
            let total = |count: fn(&AppRow) -> u64| rows.iter().map(count).sum::<u64>();
            let wrong =
                wrong_fraction(total(|row| row.wrong_count), total(|row| row.held_count), total(|row| row.asked_count));
            (rows[0].cycle, wrong)
        })
        .collect();
    (!shares.is_empty()).then(|| Settling::of(&shares))
}

fn application(last: &AppRow, rows: &[AppRow], settling_from: u32) -> Application {
    let shares: Vec<(u32, f64)> = rows
        .iter()
        .filter(|row| row.app == last.app && row.cycle >= settling_from)
        .map(|row| (row.cycle, wrong_fraction(row.wrong_count, row.held_count, row.asked_count)))
        .collect();
    Application {
        app: last.app.clone(),
        asked_count: last.asked_count,
        held_count: last.held_count,
        correct_count: last.correct_count,
        wrong_count: last.wrong_count,
        border_ties_count: last.border_ties_count,
        mean_attributes: last.mean_attributes.clone(),
        settling: Settling::of(&shares),
    }
}

pub(crate) fn wrong_fraction(wrong: u64, held: u64, asked: u64) -> f64 {
    match (held, asked) {
        (0, 0) => 0.0,
        (0, _) => 1.0,
        _ => wrong as f64 / held as f64,
    }
}
