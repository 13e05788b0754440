//! The cloud in memory, and the cycle.
//!
//! Read [`simulation`] first: what happens in a cycle is a table, one line a pass. The state is a struct of mapped
//! columns ([`memory`]). A pass either streams over rows or runs exchanges between nodes ([`schedule`]); every random
//! number is a function of (seed, cycle, node, purpose, draw), so that a run is the same bits for any number of
//! threads.
//!
//! # Wings
//!
//! Each folder is a wing that owns its state, and imports only from those below it:
//!
//! ```text
//! simulation   a cloud under way: made or taken up, run, observed; the table of passes
//! estimate     what a scenario needs, before anything runs
//! book         all that lasts beside columns
//! meter        what passes cost: time and messages
//! observer     the truth, and what is written of it: ranks, disorder, the overlay as a graph, previews; changes none
//! cloud        what nodes know: the wings below, born and settled together
//! own          the protocols that run among members: topologies, protocols of one's own
//! application  what happens inside applications: contacts, members, an overlay for each
//! government   who follows which version of the suite, and where it puts them: claims, spread, assignment, monitor
//! slicing      what nodes learn of their rank: ordered, ranking, quantile
//! aggregate    what nodes learn together: epochs, counts, distributions
//! topology     rings, lines, tori, trees, Chord: what members build of their random overlay
//! gossip       what a protocol among members is, and how it runs
//! overlay      who meets whom: oracle, newscast, cyclon, generic, window, a file each; meetings
//! population   who is there: members, attributes, churn, events
//! plans        what the versions of a suite ask, as data; what a scenario needs of the engine
//! schedule     exchanges: drawn, matched, listed; where random numbers come from
//! memory       columns, and what is done to all of them
//! error        what can fail
//! ```
//!
//! A wing declares its columns in one struct, and shows them in one `visit` ([`memory::Fields`]): memory is found for
//! them, an estimate adds them up, and digests cover them, without a second list. All that lasts from one cycle to the
//! next beside columns is in one [`book::Book`]. What a scenario needs is asked once ([`plans::Needs`]). The test
//! `tests/structure.rs` reads the drawing above, walks all `use` lines, and fails where an import runs upward or in a
//! circle.
//!
//! # A protocol of your own
//!
//! - among members, by its name in a scenario: see [`gossip`], and the documentation of the package `subcloud`;
//! - of peer sampling: see [`overlay`];
//! - of slicing: see [`slicing`].
//!
//! A column of a table is a line in `datasets/src/trace/tables/`, and the line here that finds its value.
#![deny(unsafe_code)]
// Whoever builds on the engine reads its documentation with `cargo doc --document-private-items`.
#![allow(rustdoc::private_intra_doc_links)]

pub mod aggregate;
pub mod application;
pub mod book;
pub mod cloud;
mod estimate;
pub mod gossip;
pub mod government;
pub mod memory;
mod meter;
pub mod observer;
pub mod overlay;
pub mod own;
pub mod plans;
pub mod population;
pub mod schedule;
mod simulation;
pub mod slicing;
pub mod topology;

mod error;

/// Number of what the engine computes: raised by whoever changes a golden value (`engine/tests/golden`), in a commit
/// that says why. Two runs of one scenario under the same number have the same `state_digest` and the same values in
/// their tables. How tables are written has a number of its own, [`datasets::trace::SCHEMA_VERSION`].
pub const RESULTS_VERSION: u32 = 9;

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

/// The instructions of the kernels that there are in several forms, as this processor runs them (see
/// [`kernels::machine`]).
#[must_use]
pub fn kernel_instructions() -> &'static str {
    kernels::machine::form().name()
}

pub use error::Error;
pub use estimate::{Estimate, Need, estimate};
pub use memory::{Folder, Storage};
pub use meter::{Times, Work};
pub use simulation::Simulation;
