//! Availability from a node's own past: when it first came, and for how long it has been down since.

use datasets::scenario::{Availability, Scenario};

use super::life::Changes;
use crate::memory::{Column, Kind, fields, strides};

/// The cycle in which a node first came, for one that has not.
pub const UNSEEN: i32 = i32::MIN;

/// When nodes were there.
#[derive(Debug)]
pub struct Past {
    /// The cycle in which the node first came; before the first cycle of the run, a negative one.
    pub first: Column<i32>,
    /// Cycles since then that it was down; while it is down, less the cycle in which it left.
    pub down: Column<i32>,
}

impl Past {
    /// The columns.
    pub fn declare() -> Self {
        let [first, down] = ["past-first", "past-down"].map(|name| Column::new(Kind::Slow, name));
        Self { first, down }
    }

    /// Notes who has left in a cycle, who has come, and who is another node than before.
    pub fn note(&mut self, changes: &Changes, cycle: u32) {
        let now = cycle as i32;
        let columns = (&mut *self.first, &mut *self.down);
        strides(columns, |start, (first, down)| {
            for (change, k) in changes.within(start) {
                if change.is_new {
                    (first[k], down[k]) = (UNSEEN, 0);
                } else if change.left {
                    down[k] -= now;
                }
                match (change.came, first[k]) {
                    (true, UNSEEN) => (first[k], down[k]) = (now, 0),
                    (true, _) => down[k] += now,
                    (false, _) => {}
                }
            }
        });
    }
}

fields!(Past { first, down });

/// The attributes of a scenario that are availabilities from the past.
pub fn attributes(scenario: &Scenario) -> impl Iterator<Item = usize> {
    let of_past = scenario.fleet.availabilities.iter().filter(|(_, by)| *by == Availability::Past);
    of_past.map(|&(attribute, _)| attribute)
}

/// After how many cycles live nodes look at their past anew: an hour.
pub fn cycles_between_looks(cycle_seconds: f64) -> u32 {
    const HOUR_SECONDS: f64 = 3600.0;
    (HOUR_SECONDS / cycle_seconds).round().clamp(1.0, f64::from(u32::MAX)) as u32
}

/// What a live node takes its availability to be: the share of the time since it first came that it was up, this cycle
/// included, as if it had also been up for a day and down for a day. By this rule of succession (Laplace) a node that
/// has only just come is worth 1/2 and not 1: else newcomers, which have not left yet, would outrank all that have
/// stayed for years.
pub fn share_up(first: i32, down: i32, now: i32, cycle_seconds: f64) -> f32 {
    const DAY_SECONDS: f64 = 86_400.0;
    let day = DAY_SECONDS / cycle_seconds;
    let since = f64::from(now) - f64::from(first) + 1.0;
    ((since - f64::from(down) + day) / (since + 2.0 * day)) as f32
}
