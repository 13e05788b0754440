//! The live nodes: the base of all amounts.
//!
//! A share is of the live nodes, so `size` must know how many they are in the counted cycles. What applications ask for
//! changes nothing about who lives. The nodes are therefore counted before the search, in clouds of the full size that
//! run no suite. These have the seeds of the runs of the full size that come later. A cycle reads and writes what the
//! churn does, and reads a byte a node to count. Where nodes neither come nor go there is nothing to count.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use analysis::number::counted;

use super::plan::Plan;
use super::replicas::{Look, Nodes, paths, seeded};
use crate::failure::Failure;
use crate::progress::Bar;

/// The mean number of live nodes over the counted cycles and over some runs of the full size; at least 1.
pub fn live_nodes(plan: &Plan, is_quiet: bool, stopped: &AtomicBool) -> Result<f64, Failure> {
    let alone = plan.full.population_alone();
    if !alone.fleet.churns() && alone.events.is_empty() {
        return Ok(alone.run.nodes.into());
    }
    let runs = if plan.confirm > 0 { plan.confirm } else { plan.replicas };
    let bar = Mutex::new(Bar::new("live nodes", runs as f64, is_quiet));
    let note = counted(alone.run.nodes.into(), "node", "nodes");
    let done = || bar.lock().unwrap_or_else(PoisonError::into_inner).advance(1.0, &note);
    let look = Look { nodes: Nodes::Live, counted: &plan.counted, stopped };
    let live = paths(&seeded(&alone, runs), look, done)?.concat();
    Ok((live.iter().sum::<f64>() / live.len() as f64).max(1.0))
}
