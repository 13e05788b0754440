//! The cloud in memory, and the cycle.
//!
//! Read [`cycle`] first: one line a pass, in order. The state is a struct of mapped columns ([`cloud`], [`mod@column`]). A pass
//! either streams over rows ([`pass`]) or runs exchanges between nodes ([`schedule`], [`protocols`]); every random number is
//! a function of (seed, cycle, node, purpose, draw) ([`purpose`]), so that a run is the same bits for any number of threads.
//!
//! - what the suite asks: [`plan`] for each version, [`suites`] for what that means now (with [`layout`], [`condition`] and
//!   [`mod@size`]);
//! - at birth: [`birth`], [`attributes`], [`truth`] (with [`rank`]);
//! - in a cycle: [`event`] and [`churn`] (with [`arrival`]), [`sampling`], [`spread`], [`slicing`] (or [`ranking`]), [`assign`],
//!   [`aggregate`], [`monitor`];
//! - after it: [`constraint`], [`observe`] (with [`ledger`]), [`panel`]; at the end [`digest`];
//! - without a run: [`preview`].
#![deny(unsafe_code)]

pub mod aggregate;
pub mod arrival;
pub mod assign;
pub mod attributes;
pub mod birth;
pub mod churn;
pub mod cloud;
pub mod column;
pub mod condition;
pub mod constraint;
pub mod cycle;
pub mod digest;
pub mod event;
pub mod layout;
pub mod ledger;
pub mod monitor;
pub mod observe;
pub mod overlay;
pub mod panel;
pub mod pass;
pub mod plan;
pub mod preview;
pub mod protocols;
pub mod purpose;
pub mod rank;
pub mod ranking;
pub mod sampling;
pub mod schedule;
pub mod select;
pub mod size;
pub mod slicing;
pub mod split;
pub mod spread;
pub mod suites;
pub mod truth;

mod error;

/// Number of what the engine computes: raised by whoever changes a golden value (`engine/tests/golden`), in a commit that says why.
/// Two runs of one scenario under the same number have the same `state_digest` and the same values in their tables. How tables are
/// written has a number of its own, [`datasets::trace::SCHEMA_VERSION`].
pub const RESULTS_VERSION: u32 = 1;

/// Sets the number of threads of all passes, once a process; 0 stands for all processors.
///
/// # Errors
/// If the threads cannot be started, or were set before.
pub fn use_threads(threads: usize) -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()
}

/// Does something, a run most likely, with a number of threads of its own, whatever the process uses beside it.
///
/// # Errors
/// If the threads cannot be started.
pub fn on_threads<R: Send>(threads: usize, job: impl FnOnce() -> R + Send) -> Result<R, rayon::ThreadPoolBuildError> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?.install(job))
}

/// The number of threads of all passes, as they are where this is asked.
#[must_use]
pub fn threads() -> usize {
    rayon::current_num_threads()
}

pub use column::Storage;
pub use cycle::{Simulation, Times};
pub use error::Error;
