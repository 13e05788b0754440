//! Who follows which version of the suite, and which application each node decides to belong to.
//!
//! - what there is: [`state`];
//! - what a version asks: [`versions`], with [`claims`], [`kernels::layout`] and [`layouts`] (words for life),
//!   [`mod@sample`] (who fits a condition) and [`kernels::census`] (how many nodes there are);
//! - a cycle: [`spread`] of versions, [`assign`] (with [`moves`]), [`constraints`] (with [`holdings`]), [`monitor`];
//!   who comes and goes: [`settle`];
//! - what has become of each version: [`ledger`].
//!
//! One government rules one cloud now. Nothing in it is global, so that there can be several later: one for each side
//! of a cloud that has split, or one for each group of nodes inside an application.

pub mod assign;
pub mod claims;
mod constraints;
mod holdings;
pub mod layouts;
mod ledger;
pub mod monitor;
mod moves;
mod sample;
mod settle;
mod spread;
mod state;
pub mod versions;

pub use moves::{Cause, Moves};
pub use state::{Course, FOUNDER, Government};
pub use versions::{Versions, VersionsBook};
