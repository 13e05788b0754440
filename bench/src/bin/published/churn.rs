//! Counting while one node in a hundred is substituted before each cycle but the first.

use crate::counting;
use crate::run::Outcome;
use crate::table::Row;
use crate::theory;

const CYCLES: u32 = 30;

/// The rows.
pub fn rows(seeds: u32, nodes: u32) -> Outcome<Vec<Row>> {
    let events = substitution(0.01, 2, CYCLES);
    counting::rows("count, 1 % churn", (seeds, nodes), CYCLES, theory::substitution(0.01, CYCLES), &events)
}

/// A share of the nodes leaves in each of some cycles, and as many new ones come.
pub fn substitution(share: f64, from: u32, to: u32) -> String {
    let event = |what: &str, share: f64| {
        format!("[[event]]\nat_cycle = {from}\nuntil_cycle = {to}\n{what} = {{ share = {share:?} }}\n")
    };
    event("leave", share) + &event("join", 1.0)
}
