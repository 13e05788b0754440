//! Counting while each message is lost by itself.
//!
//! An epoch is so long that the relative spread over nodes falls to 1 %.

use crate::counting;
use crate::run::Outcome;
use crate::table::Row;
use crate::theory;

/// The rows.
pub fn rows(seeds: u32, nodes: u32) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for lost in [0.05, 0.1, 0.2, 0.5] {
        let arrives = 1.0 - lost;
        let cycles = theory::cycles(nodes, 0.01, theory::factor(arrives, lost));
        let network = format!("[network]\nrequest_loss = {lost:?}\nreply_loss = {lost:?}\n");
        let name = format!("count, {:.0} % loss", lost * 100.0);
        rows.extend(counting::rows(&name, (seeds, nodes), cycles, theory::loss(arrives, lost, cycles), &network)?);
    }
    Ok(rows)
}
