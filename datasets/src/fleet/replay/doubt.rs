//! Whether the unit of a trace is the one that is meant.

use super::Presence;
use crate::scenario::{Doubt, ReplayUnit};
use crate::suite::moment;

const DAY_SECONDS: f64 = 86_400.0;
const YEAR_SECONDS: f64 = 365.25 * DAY_SECONDS;

/// A trace of so many years is none of a fleet of today.
const LONGEST_YEARS: f64 = 20.0;

/// Nor is one in which half of the hosts stay up for so many years and more at a time.
const LONGEST_SESSION_YEARS: f64 = 1.0;

/// Times in which traces have been recorded, in seconds since 1970: from 1990 to 2100.
const RECORDED: std::ops::Range<f64> = 20.0 * YEAR_SECONDS..130.0 * YEAR_SECONDS;

impl Presence {
    /// What makes the unit of the trace implausible, for cycles of so many seconds.
    ///
    /// The trace would begin long after today, and would not in another unit; it, or half of its sessions, would be
    /// longer than any; it would be over within a cycle; or half of its sessions would be shorter than a cycle, so that
    /// many are never seen.
    #[must_use]
    pub fn doubts(&self, unit: ReplayUnit, cycle_seconds: f64) -> Vec<Doubt> {
        let outline = self.outline();
        let (length, median) = (outline.length_seconds, outline.median_session_seconds);
        let begins = self.begins * self.unit_seconds;
        let others = [ReplayUnit::Milliseconds, ReplayUnit::Microseconds, ReplayUnit::Nanoseconds, ReplayUnit::Seconds];
        let meant = others.into_iter().find(|other| {
            let seconds = other.seconds().map(|seconds| self.begins * seconds);
            *other != unit && seconds.is_some_and(|begins| RECORDED.contains(&begins))
        });
        let years = |seconds: f64| format!("{:.0} years", seconds / YEAR_SECONDS);
        let doubt = |message: String, remedy: String| vec![Doubt { message, remedy }];
        match meant {
            Some(meant) if !RECORDED.contains(&begins) && unit != ReplayUnit::Snapshots => {
                let date = moment::text((self.begins * meant.seconds().unwrap_or(1.0)) as i64);
                doubt(
                    format!(
                        "the trace counts {unit}: it would begin {} after 1970, be {} long, and half of its sessions \
                         last {median:.0} s or more; in {meant} it would begin at {date}",
                        years(begins),
                        years(length),
                    ),
                    format!("write `unit = \"{meant}\"` in [fleet.replay]"),
                )
            }
            _ if length > LONGEST_YEARS * YEAR_SECONDS => doubt(
                format!("the trace counts {unit}: it would be {} long", years(length)),
                "give the `unit` of its moments in [fleet.replay]".to_owned(),
            ),
            _ if median > LONGEST_SESSION_YEARS * YEAR_SECONDS => doubt(
                format!(
                    "the trace counts {unit}: half of its sessions would last {:.0} days or more",
                    median / DAY_SECONDS
                ),
                "give the `unit` of its moments in [fleet.replay]".to_owned(),
            ),
            _ if length < cycle_seconds => doubt(
                format!("the trace counts {unit}: it is over in {length} s, and a cycle takes {cycle_seconds} s"),
                "give the `unit` of its moments in [fleet.replay], or shorten `run.cycle_seconds`".to_owned(),
            ),
            _ if median < cycle_seconds => doubt(
                format!(
                    "half of the sessions of the trace last up to {median} s, and a cycle takes {cycle_seconds} s: \
                     many come and go between two cycles, and are not seen"
                ),
                "give the `unit` of its moments in [fleet.replay], or shorten `run.cycle_seconds`".to_owned(),
            ),
            _ => Vec::new(),
        }
    }
}
