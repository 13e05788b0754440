//! How many nodes come and go by themselves.

use datasets::trace::{CycleRow, EventRow};

/// Nodes that come and go in a cycle, steps with an event left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Churn {
    /// Nodes that came in a cycle, as a fraction of those alive: the mean.
    pub joined_fraction: f64,
    /// Nodes that left or crashed in a cycle, as a fraction of those alive: the mean.
    pub gone_fraction: f64,
    /// The fewest nodes alive at once.
    pub least_alive: u64,
    /// The most.
    pub most_alive: u64,
}

/// The churn of a run, from the steps between rows in which no event happened; `None` if nobody came or went in these.
pub(crate) fn churn(cycles: &[CycleRow], events: &[EventRow]) -> Option<Churn> {
    // A row counts what happened since the one before it.
    let has_event =
        |pair: &[CycleRow]| events.iter().any(|event| (pair[0].cycle + 1..=pair[1].cycle).contains(&event.cycle));
    let steps = || cycles.windows(2).filter(|pair| !has_event(pair));
    let sum = |count: fn(&CycleRow) -> u64| steps().map(|pair| count(&pair[1])).sum::<u64>() as f64;
    let lived = |pair: &[CycleRow]| pair[0].alive_count as f64 * f64::from(pair[1].cycle - pair[0].cycle);
    let alive: f64 = steps().map(lived).sum();
    let (joined, gone) = (sum(|row| row.joined_count), sum(|row| row.left_count + row.crashed_count));
    (joined + gone > 0.0 && alive > 0.0).then(|| Churn {
        joined_fraction: joined / alive,
        gone_fraction: gone / alive,
        least_alive: cycles.iter().map(|row| row.alive_count).min().unwrap_or(0),
        most_alive: cycles.iter().map(|row| row.alive_count).max().unwrap_or(0),
    })
}

/// The last observed cycle before any node came or went.
pub(crate) fn undisturbed(cycles: &[CycleRow], events: &[EventRow]) -> u32 {
    let moved = |row: &&CycleRow| row.joined_count + row.left_count + row.crashed_count > 0;
    let first = cycles.iter().find(moved).map(|row| row.cycle);
    let event = events.iter().map(|event| event.cycle).min();
    first.into_iter().chain(event).min().map_or(u32::MAX, |cycle| cycle.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_between_two_rows_is_no_churn() {
        let row = |cycle, alive_count, joined_count, left_count, crashed_count| CycleRow {
            cycle,
            alive_count,
            joined_count,
            left_count,
            crashed_count,
            ..CycleRow::default()
        };
        let rows = [row(0, 100, 0, 0, 0), row(2, 98, 2, 4, 0), row(4, 49, 0, 0, 49)];
        let events = [EventRow { cycle: 3, kind: "crash".into(), version: None, rule: None, nodes_count: 49 }];
        let found = churn(&rows, &events);
        let [joined, gone] = [0.01, 0.02];
        assert_eq!(
            found,
            Some(Churn { joined_fraction: joined, gone_fraction: gone, least_alive: 49, most_alive: 100 })
        );
        assert_eq!(churn(&rows[1..], &events), None);
        assert_eq!((undisturbed(&rows, &events), undisturbed(&rows[..1], &[])), (1, u32::MAX));
    }
}
