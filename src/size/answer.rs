//! The answer in words.

use super::plan::Plan;
use super::search::Found;

/// The answer as text of at most 80 columns.
pub fn text(plan: &Plan, found: &Found) -> String {
    let a = &found.answer;
    format!(
        "{:?} room {} ask {} low {} high {} drift {:?} tried {} asks {:?}",
        plan.goal, plan.room, a.ask, a.low, a.high, a.drift, found.tried, found.replicas.asks
    )
}
